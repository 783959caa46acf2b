using System.Globalization;
using System.IO.Enumeration;

namespace Berth.Benchmarks.Report;

/// <summary>What a target is about.</summary>
internal enum TargetKind
{
    /// <summary>How far Berth is ahead of the peer, at least.</summary>
    Ahead,

    /// <summary>Berth's own figure, at most.</summary>
    AtMost,

    /// <summary>Berth's figure over the machine's, at most.</summary>
    OfMachine,

    /// <summary>Berth's figure over Berth's figure of less data, at most.</summary>
    OfSmaller,
}

/// <summary>What is wanted of a figure.</summary>
/// <param name="Ids">Which: an id, or a pattern with *.</param>
/// <param name="Kind">What is compared.</param>
/// <param name="Bound">With what.</param>
/// <param name="Smaller">For <see cref="TargetKind.OfSmaller"/>, the id of the other figure.</param>
internal sealed record Target(string Ids, TargetKind Kind, double Bound, string? Smaller = null)
{
    /// <summary>All of them. Where less is better, "ahead" is the peer's figure over Berth's: half as much is 2.</summary>
    public static IReadOnlyList<Target> All { get; } =
    [
        new("manifest-by-tag/16/rate", TargetKind.Ahead, 2),
        new("manifest-by-tag/64/rate", TargetKind.Ahead, 2),
        new("manifest-by-tag/16/p99", TargetKind.Ahead, 2),
        new("manifest-by-tag/64/p99", TargetKind.Ahead, 2),
        new("manifest-head/*/rate", TargetKind.Ahead, 2),
        new("blob-head/*/rate", TargetKind.Ahead, 2),
        new("blob-4k/*/rate", TargetKind.Ahead, 4),
        new("pull/time", TargetKind.Ahead, 1),
        new("pull/processor", TargetKind.Ahead, 1),
        new("push-put/time", TargetKind.Ahead, 1),
        new("push-put/time", TargetKind.OfMachine, 1.15),
        new("push-patch/time", TargetKind.Ahead, 1),
        new("push-patch/time", TargetKind.OfMachine, 1.15),
        new("push-chunks/time", TargetKind.Ahead, 1.7),
        new("images/time", TargetKind.Ahead, 1.5),
        new("tags/first", TargetKind.Ahead, 3),
        new("tags/pages", TargetKind.Ahead, 10),
        new("catalog/first", TargetKind.Ahead, 2),
        new("start/idle", TargetKind.AtMost, 60),
        new("memory/*", TargetKind.AtMost, 110),
        new("start/time", TargetKind.AtMost, 250),
        new("functions/added", TargetKind.AtMost, 1),
        // "The same" with room for noise: a copy, or a walk of all, would be ten times as much and more.
        new("s3/commit/1024", TargetKind.OfSmaller, 2, "s3/commit/64"),
        new("scale/tags/100000/first", TargetKind.OfSmaller, 2, "scale/tags/100/first"),
        new("scale/tags/100000/middle", TargetKind.OfSmaller, 2, "scale/tags/10000/middle"),
        new("scale/catalog/10000/first", TargetKind.OfSmaller, 2, "scale/catalog/100/first"),
    ];

    /// <summary>Compares a result with all targets that it has.</summary>
    /// <param name="result">The result.</param>
    /// <param name="all">The results of the same run, its own among them.</param>
    public static IReadOnlyList<Verdict> Judge(Result result, IReadOnlyList<Result> all) =>
        [.. All.Where(target => FileSystemName.MatchesSimpleExpression(target.Ids, result.Figure.Id, ignoreCase: false))
            .Select(target => target.Judge(result, all.FirstOrDefault(other => other.Figure.Id == target.Smaller)))
            .OfType<Verdict>()];

    private Verdict? Judge(Result result, Result? smaller)
    {
        var berth = result.Berth?.Median;
        var (value, wanted) = Kind switch
        {
            TargetKind.Ahead => (result.Ahead, string.Create(CultureInfo.InvariantCulture, $"≥ {Bound:0.##} ×")),
            TargetKind.AtMost => (berth, string.Create(CultureInfo.InvariantCulture, $"≤ {Bound:0.##} {result.Figure.Unit}")),
            TargetKind.OfMachine => (berth / result.Machine?.Median, string.Create(
                CultureInfo.InvariantCulture, $"≤ {Bound:0.##} × the machine's")),
            _ => (berth / smaller?.Berth?.Median, string.Create(
                CultureInfo.InvariantCulture, $"≤ {Bound:0.##} × that of {smaller?.Figure.Title}")),
        };
        return value is { } known
            ? new(wanted, known, Kind == TargetKind.Ahead ? known >= Bound : known <= Bound)
            : null;
    }
}

/// <summary>Whether a target was reached.</summary>
/// <param name="Wanted">What was wanted, as text.</param>
/// <param name="Value">What it came to.</param>
/// <param name="IsReached">Whether that is enough.</param>
internal sealed record Verdict(string Wanted, double Value, bool IsReached);
