namespace Berth.Accounts;

/// <summary>
/// Who administers the registry, in one record: two administrators who take the right from each other at the same time
/// are two writers of it, and the second finds that one has to stay.
/// </summary>
internal sealed record SetupRecord
{
    /// <summary>SHA-256 of the one-time codes that make the first administrator, in hexadecimal, while there is none.</summary>
    public IReadOnlyList<string> CodeHashes { get; init; } = [];

    /// <summary>The names of accounts that are administrators and not disabled, no fewer than one once there was one.</summary>
    public IReadOnlyList<string> Administrators { get; init; } = [];
}
