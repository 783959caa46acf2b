namespace Berth.Collection;

/// <summary>A shard that is being cleared, with what is held of it in memory: it outlives the slice it was begun in.</summary>
internal sealed class ShardWalk : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly IAsyncEnumerator<string> _steps;

    /// <param name="shard">What is cleared.</param>
    /// <param name="cursor">From where.</param>
    public ShardWalk(IShard shard, string? cursor)
    {
        (Shard, Cursor) = (shard, cursor);
        _steps = shard.ClearAsync(cursor, _stopping.Token).GetAsyncEnumerator(CancellationToken.None);
    }

    public IShard Shard { get; }

    /// <summary>How far it came.</summary>
    public string? Cursor { get; private set; }

    /// <summary>Does the next few calls to the store.</summary>
    /// <returns><see langword="false"/> when all of it is done.</returns>
    public async Task<bool> StepAsync(CancellationToken cancellationToken)
    {
        await using var stop = cancellationToken.Register(_stopping.Cancel);
        if (!await _steps.MoveNextAsync())
        {
            return false;
        }
        Cursor = _steps.Current;
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await _steps.DisposeAsync();
        _stopping.Dispose();
    }
}
