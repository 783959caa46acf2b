using Berth.Content;
using Berth.Storage;
using Berth.Stores;

namespace Berth.Tests.Stores;

public sealed class RecordLayoutTests
{
    private readonly Random _random = new(20260102);

    [Fact]
    public void Rows_are_in_the_order_of_the_names_and_lead_back_to_them()
    {
        var names = Enumerable.Range(0, 3000).Select(_ => RandomName()).Distinct().ToList();
        Assert.InRange(names.Count, 1000, 3000);

        Assert.Equal(
            names.Order(StringComparer.Ordinal).Select(RecordLayout.Encode),
            names.Select(RecordLayout.Encode).Order(StringComparer.Ordinal));
        Assert.Equal(names.Count, names.Select(RecordLayout.Encode).Distinct().Count());
        Assert.Equal(names, names.Select(RecordLayout.Encode).Select(RecordLayout.Decode));
    }

    [Fact]
    public void Rows_have_no_character_that_a_store_forbids() =>
        Assert.All(
            Enumerable.Range(0, 1000).Select(_ => RecordLayout.Encode(RandomName())),
            row => Assert.DoesNotContain(row, c => c is '/' or '\\' or '#' or '?' or '%' or '~' or < ' ' or > '~'));

    [Fact]
    public void A_blobs_own_record_lists_after_all_its_repositories()
    {
        var own = RecordLayout.Blob(Digest.Of(DigestAlgorithm.Sha256, [])).Row;

        Assert.False(RecordLayout.IsBlobLink(own));
        Assert.All(Enumerable.Range(0, 1000).Select(_ => RecordLayout.Encode(RandomName())), row =>
        {
            Assert.True(RecordLayout.IsBlobLink(row));
            Assert.True(string.CompareOrdinal(row, own) < 0, row);
        });
    }

    [Fact]
    public void Every_key_of_the_longest_names_is_one_that_stores_take()
    {
        Assert.True(RepositoryName.TryParse(new('a', 255), out var name));
        Assert.True(Tag.TryParse(new('t', 128), out var tag));
        var digest = Digest.Of(DigestAlgorithm.Sha512, []);

        Assert.All(
            new[]
            {
                RecordLayout.Repository(name), RecordLayout.Tag(name, tag), RecordLayout.Manifest(name, digest),
                RecordLayout.Referrer(name, digest, digest), RecordLayout.Blob(digest), RecordLayout.BlobLink(digest, name),
                RecordLayout.Upload(UploadId.New()),
            },
            StorageKey.RequireRecord);
    }

    [Fact]
    public void Objects_never_share_a_key()
    {
        var id = UploadId.New();
        var keys = Enumerable.Range(0, 1000).Select(_ => RecordLayout.NewObject(id)).ToHashSet();
        var tails = Enumerable.Range(0, 1000).Select(_ => RecordLayout.NewTail(id)).ToHashSet();

        Assert.Equal(1000, keys.Count);
        Assert.All(keys, key => Assert.Matches(@"\Aobjects/[0-9a-f]{2}/[0-9a-f]{30}-[0-9a-f]{8}\z", key));
        Assert.Equal(1000, tails.Count);
        Assert.All(tails, key => Assert.Matches(@"\Atails/[0-9a-f]{2}/[0-9a-f]{30}-[0-9a-f]{8}\z", key));
    }

    [Fact]
    public void An_object_leads_to_the_upload_that_wrote_it()
    {
        var id = UploadId.New();

        Assert.True(RecordLayout.TryParseUploadObject(RecordLayout.NewObject(id), out var ofObject));
        Assert.True(RecordLayout.TryParseUploadObject(RecordLayout.NewTail(id), out var ofTail));

        Assert.Equal((id, id), (ofObject, ofTail));
        Assert.StartsWith(RecordLayout.UploadObjects(id), RecordLayout.NewObject(id), StringComparison.Ordinal);
        Assert.False(RecordLayout.TryParseUploadObject("docker/registry/v2/blobs/sha256/ab/abcd/data", out _));
    }

    [Fact]
    public void A_manifests_object_tells_which_manifest_it_is_and_when_it_was_written()
    {
        Assert.True(RepositoryName.TryParse("a.b/c-d/e", out var name));
        var digest = Digest.Of(DigestAlgorithm.Sha512, "x"u8);
        var time = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

        Assert.True(RecordLayout.TryParseManifestObject(
            RecordLayout.NewManifestObject(name, digest, time), out var parsed, out var of, out var written));

        Assert.Equal((name, digest, time), (parsed, of, written));
    }

    /// <summary>A short name of few characters, so that many differ only in what joins their components.</summary>
    private string RandomName()
    {
        while (true)
        {
            var text = new string(_random.GetItems("ab0z._-/".AsSpan(), _random.Next(1, 9)));
            if (RepositoryName.TryParse(text, out _))
            {
                return text;
            }
        }
    }
}
