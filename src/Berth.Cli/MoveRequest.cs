using Berth.Content;

namespace Berth.Cli;

/// <summary>What <c>berth import</c> or <c>berth copy</c> was asked to do.</summary>
internal sealed record MoveRequest
{
    /// <summary>Whether the source is a Docker registry's.</summary>
    public bool IsImport { get; init; }

    public required string Source { get; init; }

    public required string Destination { get; init; }

    public IReadOnlyList<string> SourceDetails { get; init; } = [];

    public IReadOnlyList<string> DestinationDetails { get; init; } = [];

    public IReadOnlyList<RepositoryPattern> Repositories { get; init; } = [];

    public bool Adopts { get; init; }

    public bool VerifiesAdopted { get; init; } = true;

    public bool IsDryRun { get; init; }

    public bool IsJson { get; init; }

    public bool KeepsTags { get; init; }

    public bool AllowsMissing { get; init; }

    public int Together { get; init; }
}
