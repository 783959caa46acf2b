using System.Text;
using Berth.Storage.Oss;

namespace Berth.Storage.Tests.Oss;

/// <summary>Names of objects and of generations of records.</summary>
public sealed class OssNamesTests
{
    /// <summary>What begins and fills segments, in the order of UTF-8.</summary>
    private const string Alphabet = "\0\u0001\t !\"#$%+-./09:AZ[\\]az{~\u007Fé界";

    [Fact]
    public void Names_are_in_the_order_of_their_keys_and_lead_back_to_them()
    {
        var random = new Random(7);
        var keys = Enumerable.Range(0, 4000).Select(_ => NewKey(random)).Where(IsKey).Distinct().ToList();
        var rows = keys.Select(key => key.Replace('/', '_')).Distinct().ToList();
        var names = new RecordNames("folder/");

        AssertOrdered(keys, key => OssNames.Encode("folder/", key));
        AssertOrdered(rows, row => names.Of(new("p/q", row), new(1, "")));
        Assert.All(keys, key => Assert.Equal(key, OssNames.Decode("folder/", OssNames.Encode("folder/", key))));
        Assert.All(rows, row => Assert.Equal(
            (new RecordKey("p/q", row), "root"), names.Parse(names.Of(new("p/q", row), new(1, "")))));
        Assert.All(keys, key => Assert.Equal(
            (new RecordKey(key, "row#"), "root"), names.Parse(names.Of(new(key, "row#"), new(1, "")))));
    }

    [Theory]
    [InlineData("blobs/ab/0f", "f/blobs/ab/0f")]
    [InlineData("..", "f/._.")]
    [InlineData("a/./b", "f/a/._/b")]
    [InlineData("a.b/c..", "f/a.b/c..")]
    [InlineData("\\a", "f/[aa")]
    [InlineData("[a]", "f/[_a]")]
    [InlineData("a b", "f/a!`b")]
    public void A_name_is_its_key_but_for_what_a_URL_would_change(string key, string name) =>
        Assert.Equal(name, OssNames.Encode("f/", key));

    [Theory]
    [InlineData("other/a")]
    [InlineData("f/")]
    [InlineData("f/.x")]
    [InlineData("f/.")]
    [InlineData("f/[")]
    [InlineData("f/[x")]
    [InlineData("f/a!")]
    [InlineData("f/a!~")]
    [InlineData("f/a b")]
    public void A_name_that_no_key_has_is_somebody_elses(string name) => Assert.Null(OssNames.Decode("f/", name));

    [Fact]
    public void Generations_of_a_record_lie_together_before_the_next_row_and_the_newest_first()
    {
        var names = new RecordNames("");
        string[] ordered =
        [
            .. from row in new[] { "a", "a#", "a$", "a-b", "a0" }
               from number in new uint[] { 4_000_000_000, 257, 16, 3, 2, 1 }
               select names.Of(new("tags/x", row), new(number, "00112233445566aa")),
        ];

        Assert.Equal(ordered, ordered.Order(StringComparer.Ordinal));
        Assert.True(string.CompareOrdinal(names.Behind(new("tags/x", "a")), ordered[5]) > 0);
        Assert.True(string.CompareOrdinal(names.Behind(new("tags/x", "a")), ordered[6]) < 0);
    }

    [Theory]
    [InlineData("1-0123456789abcdef", true)]
    [InlineData("4000000000-0123456789abcdef", true)]
    [InlineData("01-0123456789abcdef", false)]
    [InlineData("0-0123456789abcdef", false)]
    [InlineData("1-0123456789abcde", false)]
    [InlineData("-0123456789abcdef", false)]
    [InlineData("1", false)]
    [InlineData("", false)]
    [InlineData("another", false)]
    public void Only_what_was_given_out_is_a_version(string version, bool isVersion)
    {
        Assert.Equal(isVersion, Generation.TryParse(version, out var generation));
        if (isVersion)
        {
            Assert.Equal(version, generation.ToString());
            Assert.True(Generation.TryParseSuffix(generation.Next.Suffix, out var next));
            Assert.Equal(generation.Next, next);
        }
    }

    private static void AssertOrdered(IEnumerable<string> keys, Func<string, string> encode) =>
        Assert.Equal(
            keys.OrderBy(key => key, StringComparer.Ordinal),
            keys.OrderBy(key => Convert.ToHexString(Encoding.UTF8.GetBytes(encode(key))), StringComparer.Ordinal));

    private static string NewKey(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(1, 7)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));

    private static bool IsKey(string key) => key.Split('/').All(segment => segment.Length > 0);
}
