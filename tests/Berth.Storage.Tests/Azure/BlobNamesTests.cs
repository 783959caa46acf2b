using System.Xml;
using Berth.Storage.Azure;

namespace Berth.Storage.Tests.Azure;

public sealed class BlobNamesTests
{
    [Theory]
    [InlineData("objects/0a/93b1c2", "objects/0a/93b1c2")]
    [InlineData("a.b/c_d", "a.2Eb/c_5Fd")]
    [InlineData("../.", ".2E.2E/.2E")]
    [InlineData("a b%20\\\u0001", "a!20b!2520_5C!01")]
    [InlineData("sha256:é\u0085\uffff", "sha256=3Aé~85\uFFFD2")]
    public void A_name_says_what_the_key_is(string key, string name)
    {
        Assert.Equal(name, BlobNames.Encode(key));
        Assert.Equal(key, BlobNames.Decode(name));
    }

    [Fact]
    public void Every_character_survives_a_URL_and_XML_and_keeps_its_place()
    {
        var characters = Enumerable.Range(0, char.MaxValue + 1).Select(value => (char)value)
            .Where(value => !char.IsSurrogate(value)).ToArray();
        var names = characters.Select(value => BlobNames.Encode($"a{value}")).ToArray();

        Assert.Equal(characters.Select(value => $"a{value}"), names.Select(BlobNames.Decode));
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        Assert.All(names, name => Assert.All(name, value => Assert.True(XmlConvert.IsXmlChar(value))));
        Assert.All(names, name => Assert.False(name.EndsWith('.')));
        Assert.All(names, name => Assert.Equal(
            name, Uri.UnescapeDataString(new Uri($"http://a/{Uri.EscapeDataString(name)}").AbsolutePath[1..])));
    }

    [Theory]
    [InlineData("a.b")]
    [InlineData("a!2")]
    [InlineData("a!zz")]
    [InlineData("a!61")]
    [InlineData("a b")]
    [InlineData("~")]
    [InlineData("a\uFFFD")]
    [InlineData("a\uFFFD9")]
    public void A_name_that_no_key_has_is_not_one_of_ours(string name) => Assert.Null(BlobNames.Decode(name));

    [Fact]
    public void A_key_that_Azure_cannot_name_is_refused()
    {
        Assert.Throws<ArgumentException>(() => BlobNames.Encode(new string('_', 342)));
        Assert.Throws<ArgumentException>(() => BlobNames.Encode(string.Join('/', Enumerable.Repeat("a", 255))));
        Assert.Equal(507, BlobNames.Encode(string.Join('/', Enumerable.Repeat("a", 254))).Length);
    }
}
