using Berth.Content;
using Berth.Storage;
using Berth.Stores;

namespace Berth.Scrubbing;

/// <summary>
/// Reads a blob's object, and marks its records where it is damaged: clients are told that the blob is unknown, and push it
/// again. A mark is taken away where the object is whole again, put back from a backup, say.
/// </summary>
internal sealed class BlobScrub(IRecordStore records, ObjectCheck check, TimeProvider time, bool isDry)
{
    /// <summary>How often others may change a record meanwhile; the next run sees what came of it.</summary>
    private const int MostTries = 5;

    /// <summary>Checks a blob.</summary>
    /// <param name="digest">Its digest.</param>
    /// <param name="rows">The rows of its partition.</param>
    /// <param name="cancellationToken">Ends the check.</param>
    public async Task<ScrubResult> CheckAsync(
        Digest digest, IReadOnlyList<string> rows, CancellationToken cancellationToken)
    {
        var states = new Dictionary<StoredBlob, ObjectState>();
        var repositories = new List<string>();
        string? problem = null;
        StoredBlob? content = null;
        var isQuarantined = !isDry;
        var restored = 0;
        // The blob's own record first: a push that comes meanwhile then puts its own object there.
        foreach (var row in rows.OrderBy(RecordLayout.IsBlobLink))
        {
            var outcome = await CheckAsync(new(RecordLayout.BlobPartition(digest), row), content, digest, states, cancellationToken);
            restored += outcome.IsRestored ? 1 : 0;
            if (!RecordLayout.IsBlobLink(row))
            {
                content = outcome is { Problem: null } ? outcome.Blob : null;
            }
            if (outcome.Problem is null)
            {
                continue;
            }
            problem ??= outcome.Problem;
            isQuarantined &= outcome.IsMarked;
            if (RecordLayout.IsBlobLink(row))
            {
                repositories.Add(RecordLayout.Decode(row));
            }
        }
        return new()
        {
            Blobs = 1,
            Bytes = states.Keys.Sum(blob => blob.Size),
            Restored = restored,
            Finding = problem is null
                ? null
                : new("blob", digest.ToString(), problem, [.. repositories.Order(StringComparer.Ordinal)], isQuarantined),
        };
    }

    private async Task<Outcome> CheckAsync(
        RecordKey key, StoredBlob? content, Digest digest, Dictionary<StoredBlob, ObjectState> states,
        CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            if (await ReadAsync(key, cancellationToken) is not var (blob, version))
            {
                return new(null, "its record is damaged", IsMarked: false);
            }
            if (blob is null or { IsDeleting: true })
            {
                return new(null, null, IsMarked: false);
            }
            var state = await StateOfAsync(blob, digest, states, cancellationToken);
            var next = state is { IsDamaged: true }
                ? content is null ? blob with { Damaged = blob.Damaged ?? time.GetUtcNow() } : Heal(blob, content)
                : state.Problem is null ? blob with { Damaged = null } : blob;
            if (isDry ? await IsUnchangedAsync(key, version, cancellationToken)
                : next == blob || await TryReplaceAsync(key, next, version, cancellationToken))
            {
                var isWhole = state.Problem is null || content is not null;
                return new(
                    blob, isWhole ? null : state.Problem, next.Damaged is not null,
                    IsRestored: isWhole && !isDry && next != blob);
            }
        }
        return new(null, null, IsMarked: false);
    }

    /// <summary>A link to an object that is no more good, beside content that is: another repository has pushed it again.</summary>
    private static StoredBlob Heal(StoredBlob link, StoredBlob content) =>
        link with { Object = content.Object, Size = content.Size, Damaged = null };

    private async Task<ObjectState> StateOfAsync(
        StoredBlob blob, Digest digest, Dictionary<StoredBlob, ObjectState> states, CancellationToken cancellationToken)
    {
        var plain = new StoredBlob(blob.Object, blob.Size);
        if (!states.TryGetValue(plain, out var state))
        {
            states[plain] = state = await check.CheckAsync(plain, digest, cancellationToken);
        }
        return state;
    }

    /// <returns><see langword="null"/> where the record is damaged; no blob where there is none.</returns>
    private async Task<(StoredBlob? Blob, string Version)?> ReadAsync(RecordKey key, CancellationToken cancellationToken)
    {
        try
        {
            return await records.GetAsync(key, cancellationToken) is { } record
                ? (BerthJson.Read(record.Value.Span, BerthJson.Instance.StoredBlob), record.Version)
                : (null, "");
        }
        catch (Exception e) when (e is InvalidDataException or StorageException { IsDamage: true })
        {
            return null;
        }
    }

    private async Task<bool> IsUnchangedAsync(RecordKey key, string version, CancellationToken cancellationToken) =>
        (await records.GetAsync(key, cancellationToken))?.Version == version;

    private Task<bool> TryReplaceAsync(
        RecordKey key, StoredBlob next, string version, CancellationToken cancellationToken) =>
        records.TryReplaceAsync(key, BerthJson.Write(next, BerthJson.Instance.StoredBlob), version, cancellationToken);

    /// <summary>What became of one record.</summary>
    private sealed record Outcome(StoredBlob? Blob, string? Problem, bool IsMarked, bool IsRestored = false);
}
