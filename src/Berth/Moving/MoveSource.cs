using Berth.Content;
using Berth.Storage;

namespace Berth.Moving;

/// <summary>A registry to move out of. Nothing in it is written.</summary>
public abstract class MoveSource
{
    private protected MoveSource(IReadableObjects objects) => Objects = objects;

    /// <summary>What holds the bytes of <see cref="FindBlobAsync"/>.</summary>
    internal IReadableObjects Objects { get; }

    /// <summary>The data directory of a Docker registry 2 or 3.</summary>
    /// <param name="files">Its rootdirectory: what holds <c>docker/registry/v2</c>.</param>
    public static MoveSource OfDockerRegistry(IReadableObjects files) => new DockerSource(files);

    /// <summary>Another Berth.</summary>
    /// <param name="storage">Its store.</param>
    public static MoveSource OfBerth(RegistryStorage storage) => new BerthSource(storage);

    /// <summary>Whether there is a registry at all.</summary>
    public abstract Task<bool> ExistsAsync(CancellationToken cancellationToken);

    /// <summary>The names of all repositories, in any order.</summary>
    internal abstract IAsyncEnumerable<RepositoryName> ListNamesAsync(CancellationToken cancellationToken);

    /// <summary>All repositories, one after the other, each with what is in it.</summary>
    /// <param name="selects">Which are wanted.</param>
    /// <param name="report">Told of what has a name that a registry cannot have.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    internal abstract IAsyncEnumerable<SourceRepository> ListAsync(
        Func<RepositoryName, bool> selects, Action<MoveProblem> report, CancellationToken cancellationToken);

    /// <summary>Where a blob is, if the repository holds it.</summary>
    internal abstract Task<SourceBlob?> FindBlobAsync(
        RepositoryName name, Digest digest, CancellationToken cancellationToken);

    /// <summary>A manifest as it is stored, if the repository holds it.</summary>
    internal abstract Task<SourceManifest?> ReadManifestAsync(
        RepositoryName name, Digest digest, CancellationToken cancellationToken);

    /// <summary>What a tag names.</summary>
    internal abstract Task<Digest?> ReadTagAsync(RepositoryName name, Tag tag, CancellationToken cancellationToken);
}

/// <summary>A repository and what is in it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Manifests">Every manifest, tagged or not.</param>
/// <param name="Tags">Every tag.</param>
/// <param name="Blobs">The blobs that are known without reading the manifests, perhaps none.</param>
/// <param name="IsListedEmpty">Whether it is in the catalog though it has no manifest.</param>
internal sealed record SourceRepository(
    RepositoryName Name, IReadOnlyList<Digest> Manifests, IReadOnlyList<Tag> Tags, IReadOnlyList<Digest> Blobs,
    bool IsListedEmpty);

/// <summary>Where a blob's bytes are.</summary>
/// <param name="Key">In <see cref="MoveSource.Objects"/>.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Digest">The digest that the object is filed under, which may be of another algorithm.</param>
internal sealed record SourceBlob(string Key, long Size, Digest Digest);

/// <summary>A manifest as stored.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="MediaType">What it was pushed with; <see langword="null"/> where only its bytes tell.</param>
internal sealed record SourceManifest(ReadOnlyMemory<byte> Content, string? MediaType);
