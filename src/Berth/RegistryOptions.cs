using System.Net;
using Berth.Auth;
using Berth.Collection;
using Berth.Content;

namespace Berth;

/// <summary>What an operator decides about the registry itself. Bound once by the host and validated at start.</summary>
public sealed record RegistryOptions
{
    /// <summary>Whether tags, manifests and blobs may be deleted; false answers 405 UNSUPPORTED. Default: true.</summary>
    public bool DeleteEnabled { get; init; } = true;

    /// <summary>
    /// Whether a manifest may name blobs and manifests that the repository does not hold (a sparse index, say). Default:
    /// false, so that whatever was pushed can be pulled.
    /// </summary>
    public bool AllowMissingReferences { get; init; }

    /// <summary>The largest manifest accepted, in bytes; at least 4 MiB by the spec's advice. Default: 4,194,304.</summary>
    public int MaximumManifestSize { get; init; } = 4 * 1024 * 1024;

    /// <summary>
    /// Memory that all uploads of this process share for their buffers, in bytes, besides the least part of the store that
    /// each may always hold. When it runs short, uploads send smaller parts. Default: 134,217,728 (128 MiB); the least is
    /// 25,165,824 (24 MiB).
    /// </summary>
    public long UploadBufferSize { get; init; } = 128L * 1024 * 1024;

    /// <summary>How long a signed download URL is valid, where the store can sign. Default and maximum: 20 minutes.</summary>
    public TimeSpan RedirectLifetime { get; init; } = TimeSpan.FromMinutes(20);

    /// <summary>Whether downloads are redirected where the store can sign; false streams them. Default: true.</summary>
    public bool RedirectEnabled { get; init; } = true;

    /// <summary>Repositories whose downloads are streamed though redirects are enabled. Default: none.</summary>
    public IReadOnlyList<RepositoryPattern> StreamedRepositories { get; init; } = [];

    /// <summary>
    /// Networks whose clients get downloads streamed though redirects are enabled: those that reach the registry but not the
    /// store. See <see cref="ProxyNetworks"/>. Default: none.
    /// </summary>
    public IReadOnlyList<IPNetwork> StreamedNetworks { get; init; } = [];

    /// <summary>
    /// Networks of the proxies in front, which add their client's address to <c>X-Forwarded-For</c>: the header is believed
    /// from them alone. Default: none. The front end of Azure Functions is none of them: the worker has replaced the
    /// connection's address by the one that it saw.
    /// </summary>
    public IReadOnlyList<IPNetwork> ProxyNetworks { get; init; } = [];

    /// <summary>Who may do what. Default: anybody anything.</summary>
    public AuthOptions Auth { get; init; } = new();

    /// <summary>What becomes of what nothing uses any more.</summary>
    public CollectionOptions Collection { get; init; } = new();

    /// <summary>
    /// What stands before the registry and takes no larger body; <see langword="null"/> where nothing does. Default:
    /// <see langword="null"/>.
    /// </summary>
    public BodyLimit? BodyLimit { get; init; }
}

/// <summary>The largest body of a request that a host lets through.</summary>
/// <param name="Bytes">The most bytes.</param>
/// <param name="Remedy">What an operator does about it, in the words that a refused client reads.</param>
public sealed record BodyLimit(long Bytes, string Remedy);
