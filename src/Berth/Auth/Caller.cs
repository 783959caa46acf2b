using Berth.Content;

namespace Berth.Auth;

/// <summary>A principal with the credential that it showed: the right to do a thing needs both.</summary>
/// <param name="Principal">Who it is.</param>
public sealed record Caller(Principal Principal)
{
    private readonly bool? _allowsApi;

    /// <summary>Somebody without a credential.</summary>
    public static Caller Anonymous { get; } = new(Principal.Anonymous);

    /// <summary>
    /// What the credential allows at most; <see langword="null"/> where it allows whatever its principal may do, empty where
    /// it allows nothing.
    /// </summary>
    public IReadOnlyList<AccessLimit>? Limits { get; init; }

    /// <summary>Whether the credential allows to see which repositories there are. Default: true.</summary>
    public bool AllowsCatalog { get; init; } = true;

    /// <summary>
    /// Which repositories the catalog shows at most, where that is more than what the credential allows to pull: a token for the
    /// catalog names no repositories. <see langword="null"/>: those of <see cref="Limits"/>.
    /// </summary>
    public IReadOnlyList<AccessLimit>? CatalogLimits { get; init; }

    /// <summary>When a token ends; <see langword="null"/> for credentials without an end of their own.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>
    /// Whether the credential allows to use the management API, within what its principal may do there. Default: whether it has no
    /// limits.
    /// </summary>
    public bool AllowsApi
    {
        get => _allowsApi ?? Limits is null;
        init => _allowsApi = value;
    }

    /// <summary>
    /// The id of the credential behind this, where Berth keeps it: a password, a personal token, a robot's secret. Each has
    /// another, and each change of one.
    /// </summary>
    public string? Credential { get; init; }

    /// <summary>What the credential allows at most on one repository.</summary>
    internal RepositoryActions LimitOn(RepositoryName repository) => AccessLimit.On(repository, Limits);
}
