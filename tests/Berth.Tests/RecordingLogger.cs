using System.Collections.Concurrent;
using Berth.Collection;
using Berth.Functions;
using Microsoft.Extensions.Logging;

namespace Berth.Tests;

/// <summary>Keeps every line that a registry logs.</summary>
public sealed class RecordingLogger : ILogger<RegistryHandler>, ILogger<Registry>, ILogger<Collector>
{
    private readonly ConcurrentQueue<LogLine> _lines = new();
    private readonly Signal _written = new();

    public IReadOnlyCollection<LogLine> Lines => _lines;

    /// <summary>The lines that match, once there are as many: a line is written after the client has its answer.</summary>
    public async Task<IReadOnlyList<LogLine>> WaitAsync(int count, Func<LogLine, bool> matches) =>
        await _written.UntilAsync(() => _lines.Where(matches).ToList() is var found && found.Count >= count ? found : null);

    /// <summary>The one line of a repository's one request to a route.</summary>
    public async Task<LogLine> WaitAsync(string repository, string route, string method)
    {
        var lines = await WaitAsync(1, line =>
            repository.Equals(line.Values.GetValueOrDefault("Repository")) &&
            route.Equals(line.Values.GetValueOrDefault("Route")) &&
            method.Equals(line.Values.GetValueOrDefault("Method")));
        return Assert.Single(lines);
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        _lines.Enqueue(new(
            logLevel, formatter(state, exception), exception,
            (state as IEnumerable<KeyValuePair<string, object?>> ?? []).ToDictionary(pair => pair.Key, pair => pair.Value)));
        _written.Fire();
    }
}

/// <summary>One logged line.</summary>
public sealed record LogLine(
    LogLevel Level, string Text, Exception? Exception, IReadOnlyDictionary<string, object?> Values)
{
    public int StorageCalls => Assert.IsType<int>(Values["StorageCalls"]);
}
