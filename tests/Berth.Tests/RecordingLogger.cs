using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Berth.Tests;

/// <summary>Keeps every line that a registry logs.</summary>
public sealed class RecordingLogger : ILogger<RegistryHandler>
{
    private readonly ConcurrentQueue<LogLine> _lines = new();

    public IReadOnlyCollection<LogLine> Lines => _lines;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue(new(
            logLevel, formatter(state, exception), exception,
            (state as IEnumerable<KeyValuePair<string, object?>> ?? []).ToDictionary(pair => pair.Key, pair => pair.Value)));
}

/// <summary>One logged line.</summary>
public sealed record LogLine(
    LogLevel Level, string Text, Exception? Exception, IReadOnlyDictionary<string, object?> Values);
