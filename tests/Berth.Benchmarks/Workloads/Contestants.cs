namespace Berth.Benchmarks.Workloads;

/// <summary>The registries that run side by side for a workload.</summary>
/// <param name="cancellationToken">Ends the rounds.</param>
internal sealed class Contestants(CancellationToken cancellationToken) : IAsyncDisposable
{
    private readonly List<Contestant> _all = [];

    public IReadOnlyList<Contestant> All => _all;

    public void Add(Contestant contestant) => _all.Add(contestant);

    /// <summary>Does something with each in turn, round after round; who was first is last in the next round.</summary>
    public void Alternate(int rounds, Action<Contestant, int> act)
    {
        for (var round = 0; round < rounds; round++)
        {
            foreach (var contestant in round % 2 == 0 ? _all : _all.AsEnumerable().Reverse())
            {
                cancellationToken.ThrowIfCancellationRequested();
                act(contestant, round);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var contestant in _all)
            await contestant.DisposeAsync();
    }
}
