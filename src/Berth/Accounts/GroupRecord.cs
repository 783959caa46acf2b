namespace Berth.Accounts;

/// <summary>A group of accounts.</summary>
/// <remarks>
/// Whether an account is in it is in the account's own record, so that a request reads one record only. The names here are an
/// index of those: an account is added here first and removed here last, so that none is missing.
/// </remarks>
internal sealed record GroupRecord
{
    /// <summary>The most members of one group: their names have to fit into a record.</summary>
    public const int MostMembers = 5000;

    /// <summary>What tells this group from any later one of its name.</summary>
    public required string Id { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>Whether it is being deleted: nobody is added any more.</summary>
    public bool IsEnding { get; init; }

    /// <summary>The names of the accounts in it, in ordinal order.</summary>
    public IReadOnlyList<string> Members { get; init; } = [];
}
