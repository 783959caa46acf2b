using Berth.Endpoints;

namespace Berth.Tests.Endpoints;

public sealed class ByteRangeTests
{
    [Theory]
    [InlineData("bytes=0-0", 10, "0+1")]
    [InlineData("bytes=0-", 10, "0+10")]
    [InlineData("bytes=3-5", 10, "3+3")]
    [InlineData("bytes=9-", 10, "9+1")]
    [InlineData("bytes=5-100", 10, "5+5")]
    [InlineData("bytes=-3", 10, "7+3")]
    [InlineData("bytes=-100", 10, "0+10")]
    [InlineData("bytes=0-1,4-5,-1", 10, "0+2 4+2 9+1")]
    [InlineData("bytes= 0-1 , 4-5 ", 10, "0+2 4+2")]
    [InlineData("bytes=0-1,,", 10, "0+2")]
    [InlineData("bytes=0-4,5-9", 10, "0+5 5+5")]
    [InlineData("Bytes=0-0", 10, "0+1")]
    [InlineData("bytes=0-9223372036854775807", 10, "0+10")]
    [InlineData("bytes=0-9223372036854775808", 10, "0+10")]
    [InlineData("bytes=0-1,10-11", 10, "0+2")]
    [InlineData("bytes=9223372036854775805-", long.MaxValue, "9223372036854775805+2")]
    [InlineData("bytes=-1", long.MaxValue, "9223372036854775806+1")]
    public void A_range_that_can_be_satisfied_is_cut_to_the_content(string header, long size, string expected) =>
        Assert.Equal(expected, Write(ByteRange.Parse(header, size)));

    [Theory]
    [InlineData("bytes=10-")]
    [InlineData("bytes=10-20")]
    [InlineData("bytes=-0")]
    [InlineData("bytes=")]
    [InlineData("bytes=,")]
    [InlineData("bytes=-")]
    [InlineData("bytes=5-4")]
    [InlineData("bytes=1")]
    [InlineData("bytes=a-")]
    [InlineData("bytes=1-b")]
    [InlineData("bytes=-1-2")]
    [InlineData("bytes=1--2")]
    [InlineData("bytes=1- 2")]
    [InlineData("bytes=+1-2")]
    [InlineData("bytes=0-1,x")]
    [InlineData("bytes=٣-5")]
    public void A_range_that_is_malformed_or_beyond_the_end_is_none(string header) =>
        Assert.Equal("", Write(ByteRange.Parse(header, 10)));

    [Theory]
    [InlineData("")]
    [InlineData("items=0-1")]
    [InlineData("bytes")]
    [InlineData("bytes 0-1")]
    [InlineData(" bytes=0-1")]
    [InlineData("bytes=0-9,0-0")]
    [InlineData("bytes=0-,0-,0-")]
    public void Other_units_and_more_bytes_than_there_are_mean_the_whole(string header) =>
        Assert.Null(ByteRange.Parse(header, 10));

    [Fact]
    public void Ranges_of_an_enormous_content_do_not_overflow() =>
        Assert.Null(ByteRange.Parse("bytes=0-,0-,0-", long.MaxValue));

    [Fact]
    public void Content_Range_names_the_last_byte() =>
        Assert.Equal("bytes 3-5/10", new ByteRange(3, 3).ContentRange(10));

    private static string? Write(List<ByteRange>? ranges) =>
        ranges is null ? null : string.Join(' ', ranges.Select(range => $"{range.Offset}+{range.Length}"));
}
