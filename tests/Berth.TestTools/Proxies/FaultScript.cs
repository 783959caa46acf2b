namespace Berth.TestTools.Proxies;

/// <summary>
/// Which request meets which fault. The proxies that share one count their requests together. Nothing happens before
/// <see cref="Arm"/>.
/// </summary>
public sealed class FaultScript
{
    private readonly Lock _lock = new();
    private readonly List<string> _log = [];
    private FaultKind _kind;
    private int _at;
    private int _left;
    private string? _met;

    /// <summary>How long the slow faults take.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Done when a fault happens, while the request waits.</summary>
    public Func<Task>? Happening { get; set; }

    /// <summary>How many requests there have been since the counting began.</summary>
    public int Count { get; private set; }

    /// <summary>How many faults have happened since then.</summary>
    public int Happened { get; private set; }

    /// <summary>The requests since then, and what befell them.</summary>
    public IReadOnlyList<string> Log
    {
        get
        {
            lock (_lock)
            {
                return [.. _log];
            }
        }
    }

    /// <summary>Counts from now on, and lets the k-th request meet a fault.</summary>
    /// <param name="at">Which request, from 1; 0 for none.</param>
    /// <param name="kind">What befalls it.</param>
    /// <param name="times">How often: its repetitions (method and target are the same) meet the fault too.</param>
    public void Arm(int at, FaultKind kind, int times = 1)
    {
        lock (_lock)
        {
            (_at, _kind, _left, _met) = (at, kind, times, null);
            (Count, Happened) = (0, 0);
            _log.Clear();
        }
    }

    /// <summary>Lets nothing more happen; the counts stay.</summary>
    public void Disarm()
    {
        lock (_lock)
        {
            (_at, _left) = (0, 0);
        }
    }

    internal FaultKind? Next(string method, string target)
    {
        lock (_lock)
        {
            Count++;
            var request = $"{method} {target}";
            var isMet = _left > 0 && (Count == _at || request == _met);
            _log.Add($"{Count} {request}{(isMet ? $" [{_kind}]" : "")}");
            if (!isMet)
                return null;
            _met = request;
            _left--;
            Happened++;
            return _kind;
        }
    }
}
