namespace Berth.Moving;

/// <summary>How far a move is, for whoever looks on meanwhile.</summary>
public sealed class MoveProgress
{
    private readonly Lock _lock = new();
    private int _repositories;
    private int _done;
    private double _partly;
    private long _bytes;

    /// <summary>Something was left out. Called by any thread, by one at a time.</summary>
    public event Action<MoveProblem>? ProblemFound;

    /// <summary>A repository is done. Called by any thread, by one at a time.</summary>
    public event Action<string, MoveCounts>? RepositoryDone;

    /// <summary>What all finished repositories come to.</summary>
    public MoveCounts Counts { get; } = new();

    /// <summary>How many repositories there are to move; 0 while they are being counted.</summary>
    public int Repositories
    {
        get => Volatile.Read(ref _repositories);
        internal set => Volatile.Write(ref _repositories, value);
    }

    /// <summary>How many of them are done.</summary>
    public int RepositoriesDone => Volatile.Read(ref _done);

    /// <summary>How many bytes of blobs have been read.</summary>
    public long BytesRead => Interlocked.Read(ref _bytes);

    /// <summary>How much of the work is done, from 0 to 1, each repository counted alike.</summary>
    public double Fraction
    {
        get
        {
            lock (_lock)
                return Repositories == 0 ? 0 : Math.Clamp((_done + _partly) / Repositories, 0, 1);
        }
    }

    internal void AddBytes(int count) => Interlocked.Add(ref _bytes, count);

    internal void Report(MoveProblem problem)
    {
        lock (_lock)
            ProblemFound?.Invoke(problem);
    }

    /// <summary>Something that no repository can hold was left out.</summary>
    internal void ReportListed(MoveProblem problem)
    {
        Counts.Add(MoveStep.LeftOut);
        Report(problem);
    }

    /// <summary>A part of a repository is done.</summary>
    internal void Advance(double share)
    {
        lock (_lock)
            _partly += share;
    }

    /// <summary>A repository is done, and the shares of its parts are spent.</summary>
    internal void Finish(string repository, MoveCounts counts, double shares)
    {
        lock (_lock)
        {
            _done++;
            _partly -= shares;
            Counts.Add(counts);
            RepositoryDone?.Invoke(repository, counts);
        }
    }
}
