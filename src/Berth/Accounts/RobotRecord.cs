namespace Berth.Accounts;

/// <summary>A program that may log in, for one project.</summary>
internal sealed record RobotRecord
{
    /// <summary>The project's id: a later project of its name has other robots.</summary>
    public required string ProjectId { get; init; }

    /// <summary>The id of its secret as a credential: each secret has another, and each robot.</summary>
    public required string CredentialId { get; init; }

    /// <summary>SHA-256 of its secret, in hexadecimal.</summary>
    public required string Hash { get; init; }

    /// <summary>What it may do, in repositories of its project.</summary>
    public required IReadOnlyList<AccessEntry> Access { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>When it ends; <see langword="null"/> for never.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>When it was used last, to the hour.</summary>
    public DateTimeOffset? LastUsed { get; init; }
}
