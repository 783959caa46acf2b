using System.Text;
using Berth.Content;
using Berth.Storage;
using Berth.Storage.Azure;
using Berth.Storage.FileSystem;
using Berth.Storage.Oss;
using Berth.Storage.S3;
using Berth.Stores;
using Xunit.Abstractions;

namespace Berth.Guarantees.Tests.Fuzz;

/// <summary>Keys as each store writes them: read back the same, none like another, in the order of the keys.</summary>
public sealed class KeyFuzzTests(ITestOutputHelper output)
{
    private const int Runs = 20_000;

    private static readonly string[] Keys =
    [
        "objects/ab/cdef0123-01234567", "records/tags/library.nginx/latest", "records/blobs/sha256:0123/~", "a.b/c+d/e-f_g", "V1", "v1",
        "con", "..", ".", "a b/c%20d", "\\x/[y", "uploads/00/00000000-0000-0000-0000-000000000000", "~", "!/\"/#", "\uD7A3\uE000",
    ];

    private static readonly S3Names S3 = new("some/prefix");

    [Fact]
    public void An_S3_name_is_read_back_and_in_order() => CheckNames(S3.Encode, S3.Decode, inUtf8: true);

    [Fact]
    public void A_blob_name_is_read_back_and_in_order() => CheckNames(BlobNames.Encode, BlobNames.Decode, inUtf8: false);

    [Fact]
    public void An_OSS_name_is_read_back_and_in_order() =>
        CheckNames(key => OssNames.Encode("folder/", key), name => OssNames.Decode("folder/", name), inUtf8: true);

    [Fact]
    public void A_table_s_row_is_read_back_and_in_order() => Mutation.Check(output, Runs, Keys, (text, random) =>
    {
        Assert.True(TableKeys.ToRow(text) is not { } row || TableKeys.OfRow(row) == text, "another spelling");
        var (one, other) = (Segment(text), Segment(new Mutation(random).Next(Keys)));
        if (one is null || other is null)
            return;
        var (key, otherKey) = (TableKeys.OfRow(one), TableKeys.OfRow(other));
        Assert.Equal(one, TableKeys.ToRow(key));
        Assert.InRange(key.Length, 1, TableKeys.MaximumLength);
        Assert.True(key.AsSpan().IndexOfAny("/\\#?") < 0 && !key.Any(char.IsControl), "a character that tables forbid");
        Assert.Equal(Math.Sign(string.CompareOrdinal(one, other)), Math.Sign(string.CompareOrdinal(key, otherKey)));
    });

    [Fact]
    public void A_table_s_partition_is_like_no_other() => Mutation.Check(output, Runs, Keys, (text, random) =>
    {
        var other = new Mutation(random).Next(Keys);
        if (!IsKey(text) || !IsKey(other))
            return;
        var key = TableKeys.OfPartition(text);
        Assert.InRange(key.Length, 1, TableKeys.MaximumLength);
        Assert.True(TableKeys.ToPartition(key) is not { } back || back == text, "read back as another");
        Assert.True(key != TableKeys.OfPartition(other) || text == other, "two partitions with one key");
    });

    [Fact]
    public void A_file_s_name_is_read_back_and_leaves_no_folder() => Mutation.Check(output, Runs, Keys, (text, _) =>
    {
        Assert.True(
            FileNames.TryDecodeSegment(text) is not { Length: > 0 } segment || FileNames.EncodeSegment(segment) == text,
            "another spelling");
        if (Segment(text) is not { } one)
            return;
        var path = FileNames.EncodeSegment(one);
        Assert.Equal(one, FileNames.TryDecodeSegment(path));
        foreach (var component in path.Split('/'))
        {
            Assert.InRange(component.Length, 1, 200);
            Assert.True(component is not ("." or "..") && !component.EndsWith('.'), $"a component {component}");
            Assert.Equal(component, component.ToLowerInvariant()); // names that a disk without case keeps apart
        }
    });

    [Fact]
    public void A_repository_s_row_is_read_back_and_in_order()
    {
        string[] names = ["a", "a/b", "a-b", "a.b", "a_b", "a__b", "a--b/c", "library/nginx", "0/9/z"];
        Mutation.Check(output, Runs, names, (text, random) =>
        {
            if (!RepositoryName.TryParse(text, out _) || !RepositoryName.TryParse(new Mutation(random).Next(names), out var other))
                return;
            var row = RecordLayout.Encode(text);
            Assert.Equal(text, RecordLayout.Decode(row));
            StorageKey.RequireSegment(row);
            Assert.Equal(row, TableKeys.OfRow(row)); // readable in a table as it is
            Assert.Equal(
                Math.Sign(string.CompareOrdinal(text, other.ToString())),
                Math.Sign(string.CompareOrdinal(row, RecordLayout.Encode(other.ToString()))));
        });
    }

    [Fact]
    public void An_object_of_an_upload_tells_which() => Mutation.Check(
        output, Runs, ["objects/ab/cdef0123456789abcdef0123456789-01234567", "manifests/a.b/sha256:00/20260102030405-01234567"], (text, _) =>
        {
            if (RecordLayout.TryParseUploadObject(text, out var id))
                Assert.True(UploadId.TryParse(id.ToString(), out var same) && same == id);
            Assert.True(
                !RecordLayout.TryParseManifestObject(text, out var name, out var digest, out var written)
                || (name != default && digest != default && written != default));
            var upload = UploadId.New();
            Assert.True(RecordLayout.TryParseUploadObject(RecordLayout.NewObject(upload), out var found));
            Assert.Equal(upload, found);
        });

    private void CheckNames(Func<string, string> encode, Func<string, string?> decode, bool inUtf8) =>
        Mutation.Check(output, Runs, Keys, (text, random) =>
        {
            var other = new Mutation(random).Next(Keys);
            foreach (var foreign in (string[])[text, "some/prefix/" + text, "folder/" + text])
                Assert.True(decode(foreign) is not { Length: > 0 } read || TryEncode(read) is not { } again || again == foreign);
            if (!IsKey(text) || !IsKey(other) || TryEncode(text) is not { } name || TryEncode(other) is not { } otherName)
                return;
            Assert.Equal(text, decode(name));
            Assert.False(name.Any(one => one < ' '), "a character that XML cannot carry");
            // Only between these does UTF-16 have another order than UTF-8, and nobody lists them together.
            if (!inUtf8 || !(text + other).Any(one => one >= '\uD800'))
                Assert.Equal(Math.Sign(string.CompareOrdinal(text, other)), Math.Sign(Compare(name, otherName)));

            string? TryEncode(string key)
            {
                try
                {
                    return encode(key);
                }
                catch (ArgumentException)
                {
                    return null; // too long, as documented
                }
            }

            int Compare(string one, string two) => inUtf8
                ? Encoding.UTF8.GetBytes(one).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(two))
                : string.CompareOrdinal(one, two);
        });

    private static string? Segment(string text)
    {
        var segment = text.Replace('/', '|');
        return IsKey(segment) ? segment : null;
    }

    private static bool IsKey(string text)
    {
        try
        {
            StorageKey.RequireRecord(new(text, "row"));
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
