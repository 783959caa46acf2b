using Berth.Content;

namespace Berth.Moving;

/// <summary>Where a Docker registry keeps things below its rootdirectory.</summary>
/// <remarks>
/// <code>
/// docker/registry/v2/
///   blobs/{algorithm}/{2 hex}/{hex}/data                        the bytes of a layer, a config or a manifest
///   repositories/{name}/
///     _layers/{algorithm}/{hex}/link                            the repository holds the blob that the file names
///     _manifests/revisions/{algorithm}/{hex}/link               and the manifest
///     _manifests/tags/{tag}/current/link                        what the tag names
///     _manifests/tags/{tag}/index/{algorithm}/{hex}/link        what it has named: not moved
///     _uploads/{uuid}/…                                         uploads that were not finished: not moved
/// </code>
/// A link is a file that holds a digest. A blob that was pushed by sha512 is filed under its sha256, and linked under both.
/// </remarks>
internal static class DockerLayout
{
    public const string Root = "docker/registry/v2/";

    public const string Repositories = Root + "repositories/";

    public static string Data(Digest digest)
    {
        var (algorithm, hex) = Split(digest);
        return $"{Root}blobs/{algorithm}/{hex[..2]}/{hex}/data";
    }

    public static string LayerLink(RepositoryName name, Digest digest) =>
        $"{Repositories}{name}/_layers/{Path(digest)}/link";

    public static string RevisionLink(RepositoryName name, Digest digest) =>
        $"{Repositories}{name}/_manifests/revisions/{Path(digest)}/link";

    public static string TagLink(RepositoryName name, Tag tag) =>
        $"{Repositories}{name}/_manifests/tags/{tag}/current/link";

    /// <summary>The repository that a key below <see cref="Repositories"/> belongs to, and the rest of the key.</summary>
    public static bool TrySplit(string key, out string name, out string rest)
    {
        // No component of a name begins with an underscore.
        var end = key.IndexOf("/_", Repositories.Length, StringComparison.Ordinal);
        (name, rest) = end < 0 ? ("", "") : (key[Repositories.Length..end], key[(end + 1)..]);
        return end >= 0;
    }

    /// <summary>What a link in a repository is for, by the <paramref name="rest"/> of its key.</summary>
    public static DockerLink ReadLink(string rest, out string what)
    {
        switch (rest.Split('/'))
        {
            case ["_layers", var algorithm, var hex, "link"]:
                what = $"{algorithm}:{hex}";
                return DockerLink.Layer;
            case ["_manifests", "revisions", var algorithm, var hex, "link"]:
                what = $"{algorithm}:{hex}";
                return DockerLink.Manifest;
            case ["_manifests", "tags", var tag, "current", "link"]:
                what = tag;
                return DockerLink.Tag;
            default:
                what = "";
                return DockerLink.None;
        }
    }

    private static string Path(Digest digest) => digest.ToString().Replace(':', '/');

    private static (string Algorithm, string Hex) Split(Digest digest) =>
        digest.ToString().Split(':') is [var algorithm, var hex] ? (algorithm, hex) : throw new ArgumentException("no digest");
}

/// <summary>What a link of a Docker registry's repository is for.</summary>
internal enum DockerLink
{
    /// <summary>Nothing that is moved.</summary>
    None,

    /// <summary>A blob.</summary>
    Layer,

    /// <summary>A manifest.</summary>
    Manifest,

    /// <summary>A tag.</summary>
    Tag,
}
