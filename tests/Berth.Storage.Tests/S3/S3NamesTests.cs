using System.Text;
using Berth.Storage.S3;

namespace Berth.Storage.Tests.S3;

public sealed class S3NamesTests
{
    private static readonly S3Names Names = new("registry/one");

    [Theory]
    [InlineData("records/tags/library~my_repo.x/v1.0-rc_2", "records/tags/library~my_repo.x/v1.0-rc_2")]
    [InlineData("records/blobs/sha256:abc/~", "records/blobs/sha256:abc/~")]
    [InlineData("..", ".2E.")]
    [InlineData("a/./b", "a/.2E/b")]
    [InlineData("a+b c%41", "a!2Bb!20c!2541")]
    [InlineData("\0\n\u007f\u0085", "!00!0A\u00A07F\u00A085")]
    [InlineData("[a]{b}`=?\\", "^5Ba^5D|7Bb|7D`60=3D=3F^5C")]
    [InlineData("é日本語🚢", "é日本語🚢")]
    [InlineData("\uFFFD\uFFFE\uFFFF", "\uFFFD0\uFFFD1\uFFFD2")]
    public void A_key_is_a_name_that_people_read_and_nothing_changes(string key, string name)
    {
        Assert.Equal("registry/one/" + name, Names.Encode(key));
        Assert.Equal(key, Names.Decode("registry/one/" + name));
    }

    [Theory]
    [InlineData("other/key")]
    [InlineData("registry/one/a b")]
    [InlineData("registry/one/.a")]
    [InlineData("registry/one/!")]
    [InlineData("registry/one/!2")]
    [InlineData("registry/one/!41")]
    [InlineData("registry/one/!2b")]
    [InlineData("registry/one/\uFFFD")]
    public void What_others_put_there_is_no_key(string name) => Assert.Null(Names.Decode(name));

    [Fact]
    public void Names_keep_the_order_of_keys()
    {
        // Every character beside every other, first in a segment and not, also where the strings go on differently.
        var characters = Enumerable.Range(0, 0x180).Select(code => (char)code).Where(character => character != '/').ToList();
        var keys = characters.SelectMany(character => new[] { $"{character}", $"{character}z", $"a{character}", $"a{character}!", $"b/{character}/x" })
            .Distinct().ToList();

        Assert.Equal(
            keys.Order(StringComparer.Ordinal),
            keys.OrderBy(key => Names.Encode(key), StringComparer.Ordinal));
        Assert.All(keys, key => Assert.Equal(key, Names.Decode(Names.Encode(key))));
    }

    [Fact]
    public void A_name_that_is_too_long_is_refused()
    {
        var longest = string.Join('/', Enumerable.Repeat(new string('a', 250), 3));
        Assert.InRange(Encoding.UTF8.GetByteCount(Names.Encode(longest)), 700, 1024);

        Assert.Throws<ArgumentException>(() => Names.Encode(longest.Replace('a', '+')));
    }
}
