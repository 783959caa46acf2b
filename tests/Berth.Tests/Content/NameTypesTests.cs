using System.Text.RegularExpressions;
using Berth.Content;

namespace Berth.Tests.Content;

/// <summary>Repository names, tags, upload ids and references: the spec's grammars, and nothing but ASCII.</summary>
public sealed partial class NameTypesTests
{
    /// <summary>Everything that the grammars tell apart, and their neighbours in ASCII and beyond.</summary>
    private const string Alphabet = "ab09._-/AZ~ \n\0:@+`{^[]%é٣５ſK";

    public static TheoryData<string> Names =>
    [
        "a", "0", "9z", "a.b", "a_b", "a__b", "a-b", "a--b", "a-----------b", "a/b", "a/0/b", "library/ubuntu",
        "a.b_c__d-e/f", new('a', 255), string.Join('/', Enumerable.Repeat("a", 128)),
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_name_of_the_spec_is_read(string text)
    {
        Assert.True(RepositoryName.TryParse(text, out var name));
        Assert.Equal(text, name.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("a/")]
    [InlineData("/a")]
    [InlineData("a//b")]
    [InlineData("A")]
    [InlineData("a..b")]
    [InlineData("a___b")]
    [InlineData("a._b")]
    [InlineData("a_.b")]
    [InlineData("a-_b")]
    [InlineData("a.-b")]
    [InlineData(".a")]
    [InlineData("a.")]
    [InlineData("-")]
    [InlineData("a/../b")]
    [InlineData("a\n")]
    [InlineData("a\r\n")]
    [InlineData("a b")]
    [InlineData("a\0")]
    [InlineData("é")]
    [InlineData("a٣")]
    [InlineData("ａ")]
    [InlineData("a:b")]
    [InlineData("a%2Fb")]
    [InlineData("K")] // the Kelvin sign
    public void What_is_no_name_is_refused(string? text)
    {
        Assert.False(RepositoryName.TryParse(text, out var name));
        Assert.Equal("", name.ToString());
    }

    [Fact]
    public void A_name_of_256_characters_is_refused() =>
        Assert.False(RepositoryName.TryParse(new('a', 256), out _));

    [Fact]
    public void Names_and_tags_are_those_that_the_specs_expressions_match()
    {
        var random = new Random(20260101);
        for (var i = 0; i < 200_000; i++)
        {
            var text = new string(random.GetItems(Alphabet.AsSpan(), random.Next(1, 8)));
            Assert.True(SpecName().IsMatch(text) == RepositoryName.TryParse(text, out _), $"name '{text}'");
            Assert.True(SpecTag().IsMatch(text) == Tag.TryParse(text, out _), $"tag '{text}'");
        }
    }

    [Theory]
    [InlineData("a")]
    [InlineData("A")]
    [InlineData("_")]
    [InlineData("0")]
    [InlineData("v1.0.0-rc_1")]
    [InlineData("a.")]
    [InlineData("a-")]
    [InlineData("__..--")]
    public void A_tag_of_the_spec_is_read(string text)
    {
        Assert.True(Tag.TryParse(text, out var tag));
        Assert.Equal(text, tag.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(".a")]
    [InlineData("-a")]
    [InlineData("..")]
    [InlineData("a\n")]
    [InlineData("a/b")]
    [InlineData("a:b")]
    [InlineData("a+b")]
    [InlineData("a b")]
    [InlineData("aé")]
    [InlineData("a٣")]
    [InlineData("a\0")]
    public void What_is_no_tag_is_refused(string? text)
    {
        Assert.False(Tag.TryParse(text, out var tag));
        Assert.Equal("", tag.ToString());
    }

    [Fact]
    public void A_tag_has_at_most_128_characters()
    {
        Assert.True(Tag.TryParse(new('a', 128), out _));
        Assert.False(Tag.TryParse(new('a', 129), out _));
    }

    [Fact]
    public void Upload_ids_are_new_each_time_and_read_as_they_were_written()
    {
        var ids = Enumerable.Range(0, 1000).Select(_ => UploadId.New()).ToHashSet();
        Assert.Equal(1000, ids.Count);
        Assert.All(ids, id =>
        {
            Assert.True(UploadId.TryParse(id.ToString(), out var read));
            Assert.Equal(id, read);
        });
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("2f0f7d70dd294c12bf335fd36e8d8f3f")]
    [InlineData("2F0F7D70-DD29-4C12-BF33-5FD36E8D8F3F")]
    [InlineData("{2f0f7d70-dd29-4c12-bf33-5fd36e8d8f3f}")]
    [InlineData("2f0f7d70-dd29-4c12-bf33-5fd36e8d8f3f\n")]
    [InlineData(" 2f0f7d70-dd29-4c12-bf33-5fd36e8d8f3f")]
    [InlineData("2f0f7d70-dd29-4c12-bf33-5fd36e8d8f3")]
    [InlineData("2f0f7d70-dd29-4c12-bf33-5fd36e8d8f3g")]
    [InlineData("0x0f7d70-dd29-4c12-bf33-5fd36e8d8f3f")]
    public void An_upload_id_has_one_spelling(string? text) => Assert.False(UploadId.TryParse(text, out _));

    [Fact]
    public void A_reference_is_a_tag_or_a_digest()
    {
        Assert.True(Tag.TryParse("latest", out var tag));
        var digest = Digest.Of(DigestAlgorithm.Sha256, []);

        Assert.Equal((tag, null, "latest"), (Reference.To(tag).Tag, Reference.To(tag).Digest, Reference.To(tag).ToString()));
        Assert.Equal((null, digest), (Reference.To(digest).Tag, Reference.To(digest).Digest));
        Assert.Equal(digest.ToString(), Reference.To(digest).ToString());
        Assert.Equal("", default(Reference).ToString());
    }

    [GeneratedRegex(@"\A[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*\z")]
    private static partial Regex SpecName();

    [GeneratedRegex(@"\A[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}\z")]
    private static partial Regex SpecTag();
}
