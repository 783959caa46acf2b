using System.Runtime.CompilerServices;
using Berth.Collection;
using Berth.Content;
using Berth.Storage;
using Berth.Stores;

namespace Berth.Moving;

/// <summary>A store of Berth's own. Its blobs are found by the manifests that name them: nothing else lists them.</summary>
internal sealed class BerthSource : MoveSource
{
    private const int PageSize = 1000;

    private readonly RepositoryStore _repositories;
    private readonly BlobStore _blobs;
    private readonly ManifestStore _manifests;
    private readonly TagStore _tags;

    public BerthSource(RegistryStorage storage)
        : base(storage.Objects)
    {
        var (records, objects) = (storage.Records, storage.Objects);
        _repositories = new(records, TimeProvider.System);
        var grace = new GracePeriod(TimeProvider.System, new CollectionOptions().Grace);
        _blobs = new(records, objects, grace);
        _manifests = new(records, objects, grace);
        _tags = new(records, TimeProvider.System);
    }

    public override async Task<bool> ExistsAsync(CancellationToken cancellationToken) =>
        (await _repositories.ListAsync(after: null, 1, cancellationToken)).Items.Count > 0;

    internal override async IAsyncEnumerable<RepositoryName> ListNamesAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var text in PagesAsync(
            after => _repositories.ListAsync(after, PageSize, cancellationToken), name => name))
        {
            yield return RepositoryName.TryParse(text, out var name)
                ? name
                : throw new InvalidDataException($"a repository is named '{text}', which is no repository's name");
        }
    }

    internal override async IAsyncEnumerable<SourceRepository> ListAsync(
        Func<RepositoryName, bool> selects, Action<MoveProblem> report,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var name in ListNamesAsync(cancellationToken))
        {
            if (!selects(name))
                continue;
            var manifests = new List<Digest>();
            await foreach (var (digest, manifest) in PagesAsync(
                after => _manifests.ListAsync(name, after, PageSize, cancellationToken), found => found.Digest.ToString()))
            {
                if (manifest?.Facts.Deleted is null)
                    manifests.Add(digest);
            }
            var tags = new List<Tag>();
            await foreach (var text in PagesAsync(
                after => _tags.ListAsync(name, after, PageSize, cancellationToken), tag => tag))
            {
                tags.Add(Tag.TryParse(text, out var tag)
                    ? tag
                    : throw new InvalidDataException($"a tag is named '{text}', which is no tag's name"));
            }
            yield return new(name, manifests, tags, [], IsListedEmpty: true);
        }
    }

    internal override async Task<SourceBlob?> FindBlobAsync(
        RepositoryName name, Digest digest, CancellationToken cancellationToken) =>
        await _blobs.GetAsync(name, digest, cancellationToken) is { } blob ? new(blob.Object, blob.Size, digest) : null;

    internal override async Task<SourceManifest?> ReadManifestAsync(
        RepositoryName name, Digest digest, CancellationToken cancellationToken) =>
        await _manifests.GetAsync(name, digest, cancellationToken) is { } stored
        && await _manifests.ReadAsync(stored, cancellationToken) is { } content
            ? new(content, stored.Facts.MediaType)
            : null;

    internal override Task<Digest?> ReadTagAsync(RepositoryName name, Tag tag, CancellationToken cancellationToken) =>
        _tags.GetAsync(name, tag, cancellationToken);

    private static async IAsyncEnumerable<T> PagesAsync<T>(Func<string?, Task<Page<T>>> list, Func<T, string> rowOf)
    {
        string? after = null;
        while (true)
        {
            var page = await list(after);
            foreach (var item in page.Items)
                yield return item;
            if (!page.More || page.Items.Count == 0)
                yield break;
            after = rowOf(page.Items[^1]);
        }
    }
}
