namespace Berth.Benchmarks.Report;

/// <summary>A figure and what was measured of it.</summary>
/// <param name="Figure">The figure.</param>
/// <param name="Berth">Of Berth.</param>
/// <param name="Peer">Of the peer.</param>
/// <param name="Machine">Of the machine itself.</param>
/// <param name="Notes">What is to be known about it.</param>
internal sealed record Result(Figure Figure, Samples? Berth, Samples? Peer, Samples? Machine, IReadOnlyList<string> Notes)
{
    /// <summary>How far Berth is ahead of the peer: twice as fast, or with half as much, is 2.</summary>
    public double? Ahead =>
        Berth is null || Peer is null ? null
        : Figure.HigherIsBetter ? Berth.Median / Peer.Median
        : Peer.Median / Berth.Median;
}
