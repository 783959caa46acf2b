using Berth.Benchmarks.Workloads;

namespace Berth.Benchmarks;

/// <summary>What the comparer was told.</summary>
internal sealed record CompareOptions
{
    /// <summary>The peer's program; <see langword="null"/> for Debian's.</summary>
    public string? Peer { get; init; }

    /// <summary>Where Berth.Server was published to; <see langword="null"/> to publish it now.</summary>
    public string? Berth { get; init; }

    public bool IsAlone { get; init; }

    public int? Repeat { get; init; }

    /// <summary>Names of workloads, with *; none for all.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    public bool IsQuick { get; init; }

    public bool IsScaled { get; init; }

    /// <summary>Whether the table goes to the documentation; <see langword="null"/> for when everything was run at full size.</summary>
    public bool? WritesDocs { get; init; }

    /// <summary>Below which the registries keep their data.</summary>
    public string Folder { get; init; } = "";

    public bool ListsOnly { get; init; }

    public Sizes Sizes
    {
        get
        {
            var sizes = IsQuick ? Sizes.Quick : Sizes.Full;
            return Repeat is { } repeat ? sizes with { Repeat = repeat } : sizes;
        }
    }
}
