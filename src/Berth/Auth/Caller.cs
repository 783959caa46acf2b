using Berth.Content;

namespace Berth.Auth;

/// <summary>A principal with the credential that it showed: the right to do a thing needs both.</summary>
/// <param name="Principal">Who it is.</param>
public sealed record Caller(Principal Principal)
{
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

    /// <summary>The id of the robot's or personal token behind this, where there is one.</summary>
    public string? Credential { get; init; }

    /// <summary>What the credential allows at most on one repository.</summary>
    internal RepositoryActions LimitOn(RepositoryName repository) => AccessLimit.On(repository, Limits);
}
