using System.Diagnostics;
using System.Globalization;
using Berth.Moving;

namespace Berth.Cli;

/// <summary>Shows how far a move is: a bar on a terminal, a line for each repository elsewhere, problems in any case.</summary>
internal sealed class MoveDisplay : IAsyncDisposable
{
    private const int BarWidth = 24;
    private const int LeastColumns = 20;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly CliInput _input;
    private readonly MoveProgress _progress;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly CancellationTokenSource _end = new();
    private readonly Task _drawing;
    private readonly Lock _lock = new();
    private bool _isDrawn;

    public MoveDisplay(CliInput input, MoveProgress progress, MoveRequest request)
    {
        (_input, _progress) = (input, progress);
        progress.ProblemFound += problem => Print(input.Error, $"left out: {PrintableText.Of(problem.ToString())}");
        if (!request.IsJson && !(input.OutputIsTerminal && input.Columns is not null))
        {
            progress.RepositoryDone += (name, counts) =>
                Print(input.Output, $"{name}: {MoveSummary.Describe(counts)}");
        }
        _drawing = input.Columns is null ? Task.CompletedTask : DrawAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _drawing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_lock)
            Erase();
        _end.Dispose();
    }

    private async Task DrawAsync()
    {
        using var timer = new PeriodicTimer(Interval);
        while (await timer.WaitForNextTickAsync(_end.Token))
        {
            var line = Bar();
            lock (_lock)
            {
                Erase();
                _input.Error.Write(line);
                _input.Error.Flush();
                _isDrawn = true;
            }
        }
    }

    private string Bar()
    {
        if (_progress.Repositories == 0)
            return "looking for repositories …";
        var fraction = _progress.Fraction;
        var full = (int)(fraction * BarWidth);
        var seconds = Math.Max(0.001, Stopwatch.GetElapsedTime(_started).TotalSeconds);
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"[{new string('#', full)}{new string('.', BarWidth - full)}] {100 * fraction,3:0}%  "
            + $"{_progress.RepositoriesDone:N0}/{_progress.Repositories:N0} repositories  "
            + $"{SizeText.Of(_progress.BytesRead)}  {SizeText.Of((long)(_progress.BytesRead / seconds))}/s");
        var columns = Math.Max(LeastColumns, _input.Columns!());
        return line.Length < columns ? line : line[..(columns - 1)];
    }

    private void Print(TextWriter writer, string line)
    {
        lock (_lock)
        {
            Erase();
            writer.WriteLine(line);
            writer.Flush();
        }
    }

    /// <summary>Takes the bar away: back to the line's beginning, and clear to its end.</summary>
    private void Erase()
    {
        if (_isDrawn)
            _input.Error.Write("\r\u001b[K");
        _isDrawn = false;
    }
}
