namespace Berth.Benchmarks.Workloads;

/// <summary>One thing to measure.</summary>
/// <param name="name">What --only picks it by, and what the ids of its figures begin with.</param>
internal abstract class Workload(string name)
{
    public string Name { get; } = name;

    /// <summary>Whether it runs only when it is asked for by an option of its own.</summary>
    public virtual bool IsExtra => false;

    /// <summary>Measures, and records figures.</summary>
    /// <exception cref="InvalidDataException">A registry answered wrongly: its figures would say nothing.</exception>
    public abstract Task RunAsync(Comparison comparison, CancellationToken cancellationToken);
}
