namespace Berth.Accounts;

/// <summary>A project: who may do what with its repositories, in one record.</summary>
internal sealed record ProjectRecord
{
    /// <summary>The most members of one project: each request of the project reads them.</summary>
    public const int MostMembers = 1000;

    /// <summary>What tells this project from any later one of its name: its robots name it.</summary>
    public required string Id { get; init; }

    public required Visibility Visibility { get; init; }

    public required DateTimeOffset Created { get; init; }

    public IReadOnlyList<ProjectMember> Members { get; init; } = [];
}

/// <summary>A member of a project.</summary>
/// <param name="Kind">Who it is, and who says so.</param>
/// <param name="Name">Its name there.</param>
/// <param name="Id">The account's or group's id; <see langword="null"/> where Berth keeps none.</param>
/// <param name="Role">What it may do.</param>
internal sealed record ProjectMember(MemberKind Kind, string Name, string? Id, Role Role);
