using System.Runtime.CompilerServices;
using System.Text;
using Berth.Content;
using Berth.Storage;

namespace Berth.Moving;

/// <summary>The data directory of a Docker registry; <see cref="DockerLayout"/> shows it.</summary>
internal sealed class DockerSource(IReadableObjects files) : MoveSource(files)
{
    private const int PageSize = 1000;

    /// <summary>More than any digest's, in bytes.</summary>
    private const int LongestLink = 256;

    /// <summary>The largest manifest, in bytes. The Docker registry takes 4 MiB.</summary>
    private const int LargestManifest = 64 * 1024 * 1024;

    public override async Task<bool> ExistsAsync(CancellationToken cancellationToken) =>
        (await Objects.ListAsync(DockerLayout.Root, after: null, 1, cancellationToken)).Items.Count > 0;

    internal override async IAsyncEnumerable<RepositoryName> ListNamesAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var repository in ListAsync(_ => true, _ => { }, cancellationToken))
            yield return repository.Name;
    }

    /// <remarks>The keys of one repository follow each other: nothing that sorts between them can be another's.</remarks>
    internal override async IAsyncEnumerable<SourceRepository> ListAsync(
        Func<RepositoryName, bool> selects, Action<MoveProblem> report,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Gathered? current = null;
        await foreach (var key in ListKeysAsync(cancellationToken))
        {
            if (!DockerLayout.TrySplit(key, out var path, out var rest))
                continue;
            if (current?.Path != path)
            {
                if (current?.Finish() is { } done)
                    yield return done;
                current = Begin(path, selects, report);
            }
            if (DockerLayout.ReadLink(rest, out var what) is not DockerLink.None and var kind)
                current.Add(kind, what, report);
        }
        if (current?.Finish() is { } last)
            yield return last;
    }

    internal override async Task<SourceBlob?> FindBlobAsync(
        RepositoryName name, Digest digest, CancellationToken cancellationToken)
    {
        if (await ReadLinkAsync(DockerLayout.LayerLink(name, digest), cancellationToken) is not { } target)
            return null;
        var key = DockerLayout.Data(target);
        return await Objects.StatAsync(key, cancellationToken) is { } info ? new(key, info.Size, target) : null;
    }

    internal override async Task<SourceManifest?> ReadManifestAsync(
        RepositoryName name, Digest digest, CancellationToken cancellationToken)
    {
        if (await ReadLinkAsync(DockerLayout.RevisionLink(name, digest), cancellationToken) is not { } target)
            return null;
        var content = await ReadAsync(DockerLayout.Data(target), LargestManifest, cancellationToken);
        return content is { } bytes ? new(bytes, MediaType: null) : null;
    }

    internal override Task<Digest?> ReadTagAsync(RepositoryName name, Tag tag, CancellationToken cancellationToken) =>
        ReadLinkAsync(DockerLayout.TagLink(name, tag), cancellationToken);

    private static Gathered Begin(string path, Func<RepositoryName, bool> selects, Action<MoveProblem> report)
    {
        if (!RepositoryName.TryParse(path, out var name))
        {
            report(new(path, "the repository", $"its name is none: {RepositoryName.Grammar}"));
            return new(path, null);
        }
        return new(path, selects(name) ? name : null);
    }

    private async IAsyncEnumerable<string> ListKeysAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? after = null;
        while (true)
        {
            var page = await Objects.ListAsync(DockerLayout.Repositories, after, PageSize, cancellationToken);
            foreach (var key in page.Items)
                yield return key;
            if (!page.More || page.Items.Count == 0)
                yield break;
            // An empty object that somebody's tool made for a folder is no key; what lies in the folder sorts after this.
            after = page.Items[^1].EndsWith('/') ? page.Items[^1] + "-" : page.Items[^1];
        }
    }

    /// <returns><see langword="null"/> where there is no link.</returns>
    /// <exception cref="InvalidDataException">It holds no digest.</exception>
    private async Task<Digest?> ReadLinkAsync(string key, CancellationToken cancellationToken)
    {
        if (await ReadAsync(key, LongestLink, cancellationToken) is not { } content)
            return null;
        return Digest.TryParse(Encoding.UTF8.GetString(content.Span).Trim(), out var digest)
            ? digest
            : throw new InvalidDataException($"{key} holds no digest");
    }

    /// <exception cref="InvalidDataException">There are more bytes than that.</exception>
    private async Task<ReadOnlyMemory<byte>?> ReadAsync(string key, int limit, CancellationToken cancellationToken)
    {
        await using var stream = await Objects.OpenReadAsync(key, 0, limit + 1, cancellationToken);
        if (stream is null)
            return null;
        var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, cancellationToken);
        return bytes.Length <= limit
            ? bytes.GetBuffer().AsMemory(0, (int)bytes.Length)
            : throw new InvalidDataException($"{key} has more than {limit} bytes");
    }

    /// <summary>A repository while its links are listed.</summary>
    private sealed class Gathered(string path, RepositoryName? name)
    {
        private readonly List<Digest> _manifests = [];
        private readonly List<Tag> _tags = [];
        private readonly List<Digest> _blobs = [];

        public string Path => path;

        public void Add(DockerLink kind, string what, Action<MoveProblem> report)
        {
            if (name is null)
                return;
            if (kind == DockerLink.Tag)
            {
                if (Tag.TryParse(what, out var tag))
                    _tags.Add(tag);
                else
                    report(new(path, $"the tag {what}", $"its name is none: {Tag.Grammar}"));
            }
            else if (Digest.TryParse(what, out var digest))
            {
                (kind == DockerLink.Manifest ? _manifests : _blobs).Add(digest);
            }
            else
            {
                report(new(
                    path, $"the {(kind == DockerLink.Manifest ? "manifest" : "blob")} {what}",
                    $"its digest is none: {Digest.Grammar}"));
            }
        }

        /// <returns><see langword="null"/> for one that is not wanted, or that holds nothing.</returns>
        public SourceRepository? Finish() =>
            name is { } wanted && _manifests.Count + _tags.Count + _blobs.Count > 0
                ? new(wanted, _manifests, _tags, _blobs, IsListedEmpty: false)
                : null;
    }
}
