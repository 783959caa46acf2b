namespace Berth.Tests;

/// <summary>What a test does to the storage calls of a registry: fail some, or hold them back.</summary>
public sealed class Interception
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private int _calls;

    /// <summary>Runs before each call; given its name (<c>Records.GetAsync</c>), its key, and which call it is.</summary>
    public Func<string, string, int, Task> Before { get; set; } = (_, _, _) => Task.CompletedTask;

    /// <summary>Runs after each call that succeeded.</summary>
    public Func<string, string, int, Task> After { get; set; } = (_, _, _) => Task.CompletedTask;

    /// <summary>What becomes of a stream that is opened.</summary>
    public Func<Stream, Stream> Opened { get; set; } = stream => stream;

    /// <summary>What a key is signed as.</summary>
    public Func<string, Uri?> Sign { get; set; } = _ => null;

    /// <summary>Counts from 1 again.</summary>
    public void Restart() => Volatile.Write(ref _calls, 0);

    /// <summary>Holds back every call of a name until the test lets it go.</summary>
    public Gate Hold(string operation)
    {
        var gate = new Gate();
        Before = (name, _, _) => name == operation ? gate.PassAsync() : Task.CompletedTask;
        return gate;
    }

    public async Task<T> CallAsync<T>(string operation, string key, Func<Task<T>> call)
    {
        var number = Interlocked.Increment(ref _calls);
        await Before(operation, key, number);
        var result = await call();
        await After(operation, key, number);
        return result;
    }

    public Task CallAsync(string operation, string key, Func<Task> call) => CallAsync(operation, key, async () =>
    {
        await call();
        return true;
    });

    /// <summary>Where one request waits for another.</summary>
    public sealed class Gate
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task ReachedAsync() => _reached.Task.WaitAsync(Deadline);

        public void Open() => _opened.TrySetResult();

        public Task PassAsync()
        {
            _reached.TrySetResult();
            return _opened.Task.WaitAsync(Deadline);
        }
    }
}
