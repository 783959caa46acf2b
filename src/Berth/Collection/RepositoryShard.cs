using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Berth.Content;
using Berth.Storage;
using Berth.Stores;

namespace Berth.Collection;

/// <summary>
/// Manifests and links of every so many repositories: forgets manifests that were deleted longer ago than the grace, deletes
/// those that nothing names where that is the policy, and takes blobs out of a repository that no manifest of it names.
/// </summary>
/// <remarks>
/// As many repositories as fit into memory are read together; then one walk over the keys of all links, of which a listing
/// tells as many in one call as the store allows, finds those that they do not use.
/// </remarks>
internal sealed class RepositoryShard(CollectionRun run, LinkRemoval links, int number, int shards) : IShard
{
    /// <summary>How many digests are held in memory, in some 24 bytes each.</summary>
    private const int MostDigests = 1_000_000;

    private const int PageSize = 1000;

    /// <summary>How many manifests are read in one call, with their bytes.</summary>
    private const int ManifestsTogether = 100;

    /// <summary>How often a manifest's object may vanish while it is read.</summary>
    private const int MostTries = 5;

    public string Name { get; } = string.Create(CultureInfo.InvariantCulture, $"repositories-{number:x}");

    public async IAsyncEnumerable<string> ClearAsync(
        string? cursor, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (after, from) = ParseCursor(cursor);
        while (true)
        {
            var seen = run.Now;
            var used = new UsedDigests(from, MostDigests);
            var last = after;
            await foreach (var name in NamesAsync(after, cancellationToken))
            {
                await foreach (var _ in ReadAsync(name, used, cancellationToken))
                {
                    yield return Cursor(after, from);
                }
                last = name.ToString();
                if (used.IsHalfFull)
                {
                    break;
                }
            }
            if (last == after)
            {
                yield break;
            }
            await foreach (var _ in UnlinkAsync(used, seen, cancellationToken))
            {
                yield return Cursor(after, from);
            }
            (after, from) = used.End is { } end ? (after, end) : (last, 0UL);
            yield return Cursor(after, from);
        }
    }

    private static string Cursor(string? after, ulong from) =>
        string.Create(CultureInfo.InvariantCulture, $"{after}:{from:x16}");

    private static (string? After, ulong From) ParseCursor(string? cursor)
    {
        var end = cursor?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        return end < 0
            ? (null, 0)
            : (end == 0 ? null : cursor![..end],
                ulong.Parse(cursor.AsSpan(end + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
    }

    /// <summary>The repositories of this shard.</summary>
    private async IAsyncEnumerable<RepositoryName> NamesAsync(
        string? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var page = await run.Repositories.ListAsync(after, PageSize, cancellationToken);
            foreach (var text in page.Items)
            {
                if (RepositoryName.TryParse(text, out var name) && ShardOf(text) == number)
                {
                    yield return name;
                }
            }
            if (!page.More || page.Items.Count == 0)
            {
                yield break;
            }
            after = page.Items[^1];
        }
    }

    /// <summary>The same in every process and version: a cursor of one is a cursor of another.</summary>
    private int ShardOf(string name) => SHA256.HashData(Encoding.ASCII.GetBytes(name))[0] % shards;

    /// <summary>Reads a repository's manifests, and clears those away that are due.</summary>
    private async IAsyncEnumerable<bool> ReadAsync(
        RepositoryName name, UsedDigests used, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var row = RecordLayout.Encode(name.ToString());
        used.Begin(row);
        await foreach (var (digest, manifest) in ManifestsAsync(name, cancellationToken))
        {
            yield return true;
            if (manifest?.Facts.Deleted is { } deleted)
            {
                await ForgetAsync(name, digest, manifest, deleted, cancellationToken);
                continue;
            }
            if (manifest is null || await FindReferencesAsync(name, digest, manifest, cancellationToken) is not { } references)
            {
                // What it names nobody can tell.
                used.Exclude(row);
                run.Report.RepositoriesLeftOut++;
                yield break;
            }
            foreach (var reference in references)
            {
                used.Add(row, reference.Digest);
            }
        }
        if (run.Options.UntaggedAge is { } age)
        {
            await foreach (var _ in DeleteUnnamedAsync(name, row, used, age, cancellationToken))
            {
                yield return true;
            }
        }
    }

    /// <summary>Every manifest of a repository, and what is left of the deleted.</summary>
    private async IAsyncEnumerable<(Digest Digest, StoredManifest? Manifest)> ManifestsAsync(
        RepositoryName name, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? after = null;
        while (true)
        {
            var page = await run.Manifests.ListAsync(name, after, ManifestsTogether, cancellationToken);
            foreach (var found in page.Items)
            {
                yield return found;
            }
            if (!page.More || page.Items.Count == 0)
            {
                yield break;
            }
            after = page.Items[^1].Digest.ToString();
        }
    }

    /// <summary>What a manifest names; nothing where it was deleted meanwhile.</summary>
    /// <returns><see langword="null"/> when it cannot be read.</returns>
    private async Task<IReadOnlyList<ManifestReference>?> FindReferencesAsync(
        RepositoryName name, Digest digest, StoredManifest listed, CancellationToken cancellationToken)
    {
        StoredManifest? manifest = listed;
        for (var tries = 0; tries < MostTries; tries++)
        {
            if (manifest is null)
            {
                return [];
            }
            if (await run.Manifests.ReadAsync(manifest, cancellationToken) is { } content)
            {
                return Manifest.TryParse(content, manifest.Facts.MediaType, out var parsed, out _) ? parsed.References : null;
            }
            manifest = await run.Manifests.GetAsync(name, digest, cancellationToken);
        }
        return null;
    }

    private async Task ForgetAsync(
        RepositoryName name, Digest digest, StoredManifest manifest, DateTimeOffset deleted,
        CancellationToken cancellationToken)
    {
        if (!run.IsOver(deleted, run.Now))
        {
            return;
        }
        if (!run.IsDry)
        {
            await run.Removal.ClearAsync(name, digest, manifest.Facts, cancellationToken);
            if (!await run.Manifests.ForgetAsync(name, digest, manifest, cancellationToken))
            {
                return;
            }
        }
        run.Report.ManifestsForgotten++;
    }

    /// <summary>Marks the manifests that no tag and no other manifest names, and deletes those that have been so for long.</summary>
    private async IAsyncEnumerable<bool> DeleteUnnamedAsync(
        RepositoryName name, string row, UsedDigests used, TimeSpan age,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seen = run.Now;
        await foreach (var digest in run.Tags.NamedAsync(name, cancellationToken))
        {
            used.Add(row, digest);
            yield return true;
        }
        await foreach (var (digest, manifest) in ManifestsAsync(name, cancellationToken))
        {
            yield return true;
            if (manifest is not { Facts.Deleted: null })
            {
                continue;
            }
            var isUnnamed = used.IsUnused(row, digest)
                && (!Digest.TryParse(manifest.Facts.Subject, out var subject)
                    || await run.Manifests.GetAsync(name, subject, cancellationToken) is null);
            await JudgeAsync(name, digest, manifest, isUnnamed, seen, age, cancellationToken);
        }
    }

    private async Task JudgeAsync(
        RepositoryName name, Digest digest, StoredManifest manifest, bool isUnnamed, DateTimeOffset seen, TimeSpan age,
        CancellationToken cancellationToken)
    {
        if (manifest.Facts.Condemned is { } condemned)
        {
            if (!isUnnamed)
            {
                if (!run.IsDry)
                {
                    await run.Manifests.TryMarkAsync(name, digest, manifest, since: null, cancellationToken);
                }
            }
            else if (run.IsOver(condemned, seen) && seen - condemned >= age
                && (run.IsDry || await run.Manifests.DeleteAsync(name, digest, manifest, cancellationToken)))
            {
                if (!run.IsDry)
                {
                    await run.Removal.ClearAsync(name, digest, manifest.Facts, cancellationToken);
                }
                run.Report.ManifestsDeleted++;
            }
        }
        else if (isUnnamed
            && (run.IsDry || await run.Manifests.TryMarkAsync(name, digest, manifest, run.Now, cancellationToken)))
        {
            run.Report.ManifestsCondemned++;
        }
    }

    /// <summary>Walks over all links for those of the repositories that these do not use.</summary>
    private async IAsyncEnumerable<bool> UnlinkAsync(
        UsedDigests used, DateTimeOffset seen, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        RecordKey? after = null;
        while (used.Repositories > 0)
        {
            var page = await run.Records.ListTreeAsync(RecordLayout.Blobs, after, PageSize, cancellationToken);
            yield return true;
            foreach (var key in page.Items)
            {
                if (RecordLayout.IsBlobLink(key.Row)
                    && Digest.TryParse(key.Partition[(RecordLayout.Blobs.Length + 1)..], out var digest)
                    && used.IsUnused(key.Row, digest))
                {
                    await run.TryAsync(() => links.UnlinkAsync(key, digest, seen, cancellationToken));
                    yield return true;
                }
            }
            if (!page.More || page.Items.Count == 0)
            {
                yield break;
            }
            after = page.Items[^1];
        }
    }
}
