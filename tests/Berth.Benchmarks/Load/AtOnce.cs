using System.Diagnostics;

namespace Berth.Benchmarks.Load;

/// <summary>Clients at the same time, each a thread of its own.</summary>
internal static class AtOnce
{
    /// <returns>How long it took until the last was done.</returns>
    /// <exception cref="AggregateException">What went wrong in each that failed.</exception>
    public static TimeSpan Run(int clients, Action<int> act)
    {
        var failures = new List<Exception>();
        var threads = Enumerable.Range(0, clients).Select(client => new Thread(() => Act(client))).ToList();
        var began = Stopwatch.GetTimestamp();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        var took = Stopwatch.GetElapsedTime(began);
        return failures.Count == 0 ? took : throw new AggregateException(failures);

        void Act(int client)
        {
            try
            {
                act(client);
            }
            catch (Exception e)
            {
                lock (failures)
                    failures.Add(e);
            }
        }
    }
}
