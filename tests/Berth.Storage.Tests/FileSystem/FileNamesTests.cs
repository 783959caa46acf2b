using System.Text;
using Berth.Storage.FileSystem;

namespace Berth.Storage.Tests.FileSystem;

public sealed class FileNamesTests
{
    [Theory]
    [InlineData("v1.2-rc_3+b=~", "v1.2-rc_3+b=~")]
    [InlineData("V1", "%561")]
    [InlineData("sha256:0a", "sha256%3a0a")]
    [InlineData(".", "%2e")]
    [InlineData("..", "%2e%2e")]
    [InlineData("...", "%2e.%2e")]
    [InlineData("v1.", "v1%2e")]
    [InlineData("con", "%63on")]
    [InlineData("con.txt", "%63on.txt")]
    [InlineData("CON", "%43%4f%4e")]
    [InlineData("cons", "cons")]
    [InlineData("com0", "%63om0")]
    [InlineData("lpt9.x.y", "%6cpt9.x.y")]
    [InlineData("com10", "com10")]
    [InlineData("progra~1", "progra%7e1")]
    [InlineData("library~nginx", "library~nginx")]
    [InlineData("%41", "%2541")]
    [InlineData("a b", "a%20b")]
    [InlineData("é", "%c3%a9")]
    [InlineData("🚢", "%f0%9f%9a%a2")]
    [InlineData("\0", "%00")]
    public void A_name_is_written_as_documented(string segment, string name)
    {
        Assert.Equal(name, FileNames.EncodeSegment(segment));
        Assert.Equal(segment, FileNames.TryDecodeSegment(name));
    }

    [Theory]
    [InlineData("V1")]
    [InlineData("%76")]
    [InlineData("%4F")]
    [InlineData("%")]
    [InlineData("%4")]
    [InlineData("%zz")]
    [InlineData("%+1")]
    [InlineData("% 1")]
    [InlineData("a%+")]
    [InlineData("%index")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData(".hidden")]
    [InlineData("con")]
    [InlineData("%c3")]
    [InlineData("%ff")]
    [InlineData("é")]
    [InlineData("a%/b")]
    [InlineData("a/b")]
    [InlineData("lost found")]
    public void A_foreign_name_is_no_segment(string name) => Assert.Null(FileNames.TryDecodeSegment(name));

    [Fact]
    public void Every_segment_has_a_name_of_its_own_that_leads_back()
    {
        var names = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var segment in Segments().Distinct(StringComparer.Ordinal))
        {
            var path = FileNames.EncodeSegment(segment);
            Assert.Equal(segment, FileNames.TryDecodeSegment(path));
            Assert.True(names.TryAdd(path, segment), $"Two segments have the name {path}.");
        }
    }

    [Fact]
    public void A_path_stays_below_its_root_and_fits_every_file_system()
    {
        foreach (var segment in Segments())
        {
            var root = Path.GetFullPath("/srv/store");
            var path = Path.Join(root, FileNames.EncodeKey($"{segment}/{segment}"));
            Assert.Equal(path, Path.GetFullPath(path));
            Assert.StartsWith(root + Path.DirectorySeparatorChar, path, StringComparison.Ordinal);
            Assert.All(FileNames.EncodeSegment(segment).Split('/'), component =>
            {
                Assert.InRange(component.Length + FileNames.CompositeSuffix.Length, 1, 202);
                Assert.DoesNotContain(component, c => c is < '!' or > '~' || "\\:*?\"<>|".Contains(c));
                Assert.False(component.EndsWith('.') || component.StartsWith('.'));
                Assert.False(component.EndsWith(FileNames.CompositeSuffix, StringComparison.Ordinal));
            });
            Assert.False(path.EndsWith(FileNames.Continued));
        }
    }

    [Fact]
    public void The_longest_key_fits_a_path()
    {
        var key = string.Join('/', Enumerable.Repeat(new string('界', 59), 5)) + "/abcdefghij";
        StorageKey.Require(key);

        Assert.InRange(FileNames.EncodeKey(key).Length, 2600, 3000);
    }

    private static IEnumerable<string> Segments()
    {
        string[] alphabet =
        [
            "a", "A", "0", ".", ".", "..", "%", "%", "~", "+", "\\", "c", "o", "n", "con", "nul", "com1",
            " ", "é", "界", "🚢", "\0", ":", "%2e", "%+", "=", "-", "_",
        ];
        var random = new Random(7);
        foreach (var first in alphabet)
        {
            yield return first;
            foreach (var second in alphabet)
            {
                yield return first + second;
            }
        }

        for (var round = 0; round < 4000; round++)
        {
            // Around the places where a long name is split, what lies across them matters most.
            var text = new StringBuilder(new string('a', random.Next(3) * random.Next(60, 100)));
            while (random.Next(12) != 0)
            {
                text.Append(alphabet[random.Next(alphabet.Length)]);
            }

            if (text.Length > 0)
            {
                yield return text.ToString();
            }
        }

        for (var length = 1; length <= StorageKey.MaximumSegmentLength; length++)
        {
            yield return new string('A', length);
            yield return new string('a', length);
            yield return new string('.', length);
            yield return new string('界', length);
            yield return new string('a', length) + ".con";
        }
    }
}
