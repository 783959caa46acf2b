namespace Berth.Benchmarks.Report;

/// <summary>Something that is measured.</summary>
/// <param name="Id">Its name for machines, such as <c>pull/time</c>.</param>
/// <param name="Title">Its name in tables.</param>
/// <param name="Unit">Such as ms; empty where the title says it.</param>
/// <param name="HigherIsBetter">Whether more is better.</param>
internal sealed record Figure(string Id, string Title, string Unit, bool HigherIsBetter = false);

/// <summary>What was measured.</summary>
internal enum Side
{
    Berth,

    /// <summary>The registry that Berth is compared with.</summary>
    Peer,

    /// <summary>The machine itself, doing the least that the work needs.</summary>
    Machine,
}
