using System.Runtime.CompilerServices;
using Berth.Content;
using Berth.Storage;

namespace Berth.Stores;

/// <summary>Tags: each a register that names one manifest.</summary>
internal sealed class TagStore(IRecordStore records, TimeProvider time)
{
    private const int PageSize = 1000;

    public async Task<Digest?> GetAsync(RepositoryName name, Tag tag, CancellationToken cancellationToken)
    {
        var record = await records.GetAsync(RecordLayout.Tag(name, tag), cancellationToken);
        return record is null ? null : Read(record.Value);
    }

    public Task PutAsync(
        RepositoryName name, Tag tag, Digest digest, string mediaType, long size, CancellationToken cancellationToken)
    {
        var value = new TagRecord(digest.ToString(), mediaType, size, time.GetUtcNow());
        return records.PutAsync(
            RecordLayout.Tag(name, tag), BerthJson.Write(value, BerthJson.Instance.TagRecord), cancellationToken);
    }

    /// <returns><see langword="false"/> when there was no such tag.</returns>
    public async Task<bool> DeleteAsync(RepositoryName name, Tag tag, CancellationToken cancellationToken)
    {
        var key = RecordLayout.Tag(name, tag);
        if (await records.GetAsync(key, cancellationToken) is null)
        {
            return false;
        }
        await records.DeleteAsync(key, version: null, cancellationToken);
        return true;
    }

    /// <summary>Deletes every tag that names a manifest. A tag that is written meanwhile stays.</summary>
    /// <param name="name">The repository.</param>
    /// <param name="digest">The manifest's digest.</param>
    /// <param name="isGone">Whether the manifest is still gone: asked after a tag was read, and before it is deleted.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task DeleteAllAsync(
        RepositoryName name, Digest digest, Func<Task<bool>> isGone, CancellationToken cancellationToken)
    {
        string? after = null;
        while (true)
        {
            var page = await records.ListAsync(RecordLayout.Tags(name), after, PageSize, cancellationToken);
            foreach (var entry in page.Items.Where(entry => Read(entry.Value) == digest))
            {
                if (!await isGone())
                {
                    return;
                }
                await records.DeleteAsync(
                    new RecordKey(RecordLayout.Tags(name), entry.Row), entry.Version, cancellationToken);
            }
            if (!page.More || page.Items.Count == 0)
            {
                return;
            }
            after = page.Items[^1].Row;
        }
    }

    /// <summary>What the tags of a repository name, as often as they do.</summary>
    public async IAsyncEnumerable<Digest> NamedAsync(
        RepositoryName name, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? after = null;
        while (true)
        {
            var page = await records.ListAsync(RecordLayout.Tags(name), after, PageSize, cancellationToken);
            foreach (var entry in page.Items)
            {
                yield return Read(entry.Value);
            }
            if (!page.More || page.Items.Count == 0)
            {
                yield break;
            }
            after = page.Items[^1].Row;
        }
    }

    /// <summary>Tags in ordinal order, after the given one.</summary>
    public Task<Page<string>> ListAsync(
        RepositoryName name, string? after, int limit, CancellationToken cancellationToken) =>
        records.ListRowsAsync(RecordLayout.Tags(name), after, limit, cancellationToken);

    private static Digest Read(ReadOnlyMemory<byte> value)
    {
        var record = BerthJson.Read(value.Span, BerthJson.Instance.TagRecord);
        return Digest.TryParse(record.Digest, out var digest)
            ? digest
            : throw new InvalidDataException($"a tag names '{record.Digest}', which is no digest");
    }
}
