namespace Berth.Guarantees.Tests.Races;

/// <summary>
/// Runs several actors as if on one processor: each stops before every storage call, until it is its turn. Which one goes
/// on is chosen each time, so that a list of choices is a run that can be had again.
/// </summary>
/// <remarks>
/// An actor goes on within the choice of its turn, up to its next call: nothing else runs meanwhile. What it does in
/// parallel waits in the order in which it comes.
/// </remarks>
internal sealed class Steps
{
    private const int MostSteps = 20_000;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private static readonly AsyncLocal<Actor?> Current = new();

    private readonly List<Actor> _actors = [];
    private readonly List<string> _trace = [];

    /// <summary>What was called in which order.</summary>
    public IReadOnlyList<string> Trace => _trace;

    /// <summary>Adds an actor; it begins at its first turn.</summary>
    public void Add(string name, Func<Task> run) => _actors.Add(new(name, run));

    /// <summary>Whether the caller is an actor.</summary>
    public static bool IsStepping => Current.Value is not null;

    /// <summary>Waits for the turn of the actor that calls; who is none goes on.</summary>
    public static Task TurnAsync(string call) => Current.Value is { } actor ? actor.WaitAsync(call) : Task.CompletedTask;

    /// <summary>Runs all to their ends.</summary>
    /// <param name="choose">Given those that can go on and the one that went on last, tells whose turn it is.</param>
    public async Task RunAsync(Func<IReadOnlyList<int>, int, int> choose)
    {
        var last = -1;
        for (var step = 0; step < MostSteps; step++)
        {
            List<int> ready = [.. Enumerable.Range(0, _actors.Count).Where(index => !_actors[index].IsDone)];
            if (ready.Count == 0)
            {
                await Task.WhenAll(_actors.Select(actor => actor.Ended)); // throws what they threw
                return;
            }
            last = choose(ready, last);
            var call = await _actors[last].GoOnAsync();
            _trace.Add($"{_actors[last].Name}: {call}");
        }
        Assert.Fail($"no end after {MostSteps} steps");
    }

    private sealed class Actor(string name, Func<Task> run)
    {
        private readonly Lock _lock = new();
        private readonly Queue<(string Call, TaskCompletionSource Turn)> _waiting = new();
        private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Name => name;

        public Task Ended { get; private set; } = Task.CompletedTask;

        public bool IsDone { get; private set; }

        public Task WaitAsync(string call)
        {
            // Without asynchronous continuations: what waits here runs within the choice of its turn.
            var turn = new TaskCompletionSource();
            lock (_lock)
            {
                _waiting.Enqueue((call, turn));
                _changed.TrySetResult();
            }
            return turn.Task;
        }

        /// <summary>Lets one call go, and waits until the next one is there, or the end.</summary>
        public async Task<string> GoOnAsync()
        {
            if (ReferenceEquals(Ended, Task.CompletedTask))
            {
                Ended = StartAsync();
                await SettleAsync();
            }
            (string Call, TaskCompletionSource? Turn) next;
            lock (_lock)
            {
                next = _waiting.TryDequeue(out var waiting) ? waiting : ("end", null);
                if (_waiting.Count == 0)
                    _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
            next.Turn?.SetResult();
            await SettleAsync();
            return next.Call;
        }

        private async Task StartAsync()
        {
            var before = Current.Value;
            Current.Value = this;
            Task running;
            try
            {
                running = run();
            }
            finally
            {
                Current.Value = before;
            }
            await running;
        }

        private async Task SettleAsync()
        {
            while (true)
            {
                Task changed;
                lock (_lock)
                {
                    if (_waiting.Count > 0)
                        return;
                    changed = _changed.Task;
                }
                if (Ended.IsCompleted)
                {
                    IsDone = true;
                    return;
                }
                await Task.WhenAny(changed, Ended).WaitAsync(Deadline);
            }
        }
    }
}
