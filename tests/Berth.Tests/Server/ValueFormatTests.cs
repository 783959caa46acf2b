using Berth.Hosting;

namespace Berth.Tests.Server;

public sealed class ValueFormatTests
{
    [Theory]
    [InlineData("60s", 60_000)]
    [InlineData("1m30s", 90_000)]
    [InlineData("1.5h", 5_400_000)]
    [InlineData("500ms", 500)]
    [InlineData("0", 0)]
    [InlineData("0s", 0)]
    [InlineData("00:01:30", 90_000)]
    public void A_length_of_time_is_written_as_in_go_or_in_dotnet(string text, long milliseconds)
    {
        Assert.True(ValueFormats.TryDuration(text, out var value));
        Assert.Equal(milliseconds, value.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("60")]
    [InlineData("1.00:00:00")]
    [InlineData("-1s")]
    [InlineData("1 s")]
    [InlineData("1d")]
    [InlineData("60s\n")]
    [InlineData("999999999h")]
    public void A_number_without_a_unit_is_no_length_of_time(string text) =>
        Assert.False(ValueFormats.TryDuration(text, out _));

    [Theory]
    [InlineData("4194304", 4_194_304)]
    [InlineData("4MiB", 4_194_304)]
    [InlineData("4 mib", 4_194_304)]
    [InlineData("1GiB", 1_073_741_824)]
    [InlineData("3KiB", 3_072)]
    public void A_size_is_written_in_bytes_or_with_a_unit(string text, long bytes)
    {
        Assert.True(ValueFormats.TrySize(text, out var value));
        Assert.Equal(bytes, value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("4MB")]
    [InlineData("1.5MiB")]
    [InlineData("999999999999999999GiB")]
    public void Anything_else_is_no_size(string text) => Assert.False(ValueFormats.TrySize(text, out _));
}
