using Berth.Content;

namespace Berth.Benchmarks.Inner;

/// <summary>Names that the benchmarks use.</summary>
internal static class Names
{
    public static RepositoryName Repository { get; } =
        RepositoryName.TryParse("bench/data", out var name) ? name : throw new InvalidOperationException();

    public static Tag Latest { get; } = Tag.TryParse("latest", out var tag) ? tag : throw new InvalidOperationException();
}
