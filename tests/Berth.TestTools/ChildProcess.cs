using System.Collections.Concurrent;
using System.Diagnostics;
using Xunit;

namespace Berth.TestTools;

/// <summary>A program that runs beside the tests until it is ended, with all that it prints.</summary>
public sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _log = new();
    private readonly Lock _lock = new();
    private readonly List<(Func<string, bool> Is, TaskCompletionSource<string> Found)> _awaited = [];

    private ChildProcess(Process process, bool endsWithInput)
    {
        _process = process;
        // Also when the run is cancelled and no fixture is disposed of.
        if (!endsWithInput)
            AppDomain.CurrentDomain.ProcessExit += EndProcess;
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>All that it has printed.</summary>
    public IReadOnlyCollection<string> Log => _log;

    /// <summary>Starts a program.</summary>
    /// <param name="start">The program; where its input and output go is set here.</param>
    /// <param name="keepInput">Leaves its standard input open: its end tells the program, which then ends too, that the
    /// tests have gone.</param>
    public static ChildProcess Start(ProcessStartInfo start, bool keepInput = false)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        var child = new ChildProcess(Process.Start(start)!, endsWithInput: keepInput);
        if (!keepInput)
            child._process.StandardInput.Close();
        return child;
    }

    /// <summary>The first line printed, so far or later, that is the one; the test fails where the program ends first.</summary>
    public async Task<string> WaitForLineAsync(Func<string, bool> isLine)
    {
        var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_log.FirstOrDefault(isLine) is { } line)
                return line;
            _awaited.Add((isLine, found));
        }

        using var limit = new CancellationTokenSource(Limit);
        await Task.WhenAny(found.Task, _process.WaitForExitAsync(limit.Token));
        Assert.True(
            found.Task.IsCompleted,
            $"{Path.GetFileName(_process.StartInfo.FileName)} did not start:\n{string.Join('\n', _log)}");
        return await found.Task;
    }

    /// <summary>Asks it to end, and waits.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> TerminateAsync()
    {
        var shell = new ClientProgram("/bin/sh", new Dictionary<string, string?>());
        await shell.RunAsync("-c", $"kill -TERM {_process.Id}");
        await WaitForExitAsync();
        return _process.ExitCode;
    }

    /// <summary>Ends it as a power cut would.</summary>
    public async Task KillAsync()
    {
        EndProcess(null, EventArgs.Empty);
        await WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= EndProcess;
        await KillAsync();
        _process.Dispose();
    }

    private void Take(string? line)
    {
        if (line is null)
            return;
        lock (_lock)
        {
            _log.Enqueue(line);
            foreach (var (isLine, found) in _awaited)
            {
                if (isLine(line))
                    found.TrySetResult(line);
            }
        }
    }

    /// <summary>Waits until it has ended.</summary>
    public async Task WaitForExitAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        await _process.WaitForExitAsync(limit.Token);
    }

    private void EndProcess(object? sender, EventArgs e)
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
    }
}
