namespace Berth.Storage.FileSystem;

/// <summary>
/// Flushes of folders, each of which takes a turn of the disk: whoever asks while one of the same folder is running shares the
/// next, as a flush makes durable all that was done before it began. Nobody holds a thread while waiting.
/// </summary>
/// <param name="flush">Flushes a folder.</param>
internal sealed class SharedFlushes(Action<string> flush)
{
    private readonly Lock _lock = new();

    /// <summary>What is being flushed, each with those who wait for the flush after that.</summary>
    private readonly Dictionary<string, TaskCompletionSource?> _running = new(StringComparer.Ordinal);

    /// <summary>Makes durable what was done in a folder before the call.</summary>
    /// <exception cref="IOException">The folder is absent, or the disk failed.</exception>
    public Task FlushAsync(string folder)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_running.TryGetValue(folder, out var next))
            {
                _running[folder] = next ??= done;
                return next.Task;
            }

            _running.Add(folder, null);
        }

        _ = Task.Run(() => Run(folder, done));
        return done.Task;
    }

    private void Run(string folder, TaskCompletionSource done)
    {
        for (var turn = done; turn is not null; turn = EndTurn(folder))
        {
            try
            {
                flush(folder);
                turn.SetResult();
            }
            catch (Exception exception)
            {
                turn.SetException(exception); // to all who share it
            }
        }
    }

    /// <returns>Those whose turn it is now.</returns>
    private TaskCompletionSource? EndTurn(string folder)
    {
        lock (_lock)
        {
            var next = _running[folder];
            if (next is null)
            {
                _running.Remove(folder);
            }
            else
            {
                _running[folder] = null;
            }

            return next;
        }
    }
}
