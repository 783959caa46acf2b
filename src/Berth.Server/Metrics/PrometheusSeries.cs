using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Berth.Server.Metrics;

/// <summary>The values of one instrument, a series for each combination of its labels.</summary>
internal sealed class PrometheusSeries
{
    /// <summary>No instrument of Berth's has nearly so many; more are left out, so that memory stays flat whatever is counted.</summary>
    private const int MostSeries = 2000;

    private static readonly double[] DefaultBounds =
        [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly string _name;
    private readonly string _type;
    private readonly string? _help;
    private readonly double[]? _bounds;
    private readonly bool _isObserved;
    private readonly ConcurrentDictionary<string, Cell> _cells = new(StringComparer.Ordinal);

    /// <summary>Counts nothing yet.</summary>
    public PrometheusSeries(Instrument instrument)
    {
        var generic = instrument.GetType().Name;
        var isCounter = generic.Contains("Counter", StringComparison.Ordinal) && !generic.Contains("UpDown", StringComparison.Ordinal);
        var isHistogram = generic.StartsWith("Histogram", StringComparison.Ordinal);
        _isObserved = instrument.IsObservable;
        _type = isHistogram ? "histogram" : isCounter ? "counter" : "gauge";
        _name = NameOf(instrument, isCounter);
        _help = instrument.Description;
        _bounds = isHistogram
            ? [.. (instrument as Instrument<double>)?.Advice?.HistogramBucketBoundaries ?? DefaultBounds]
            : null;
    }

    /// <summary>Takes a measurement.</summary>
    public void Add(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = LabelsOf(tags);
        if (!_cells.TryGetValue(labels, out var cell))
        {
            if (_cells.Count >= MostSeries)
                return;
            cell = _cells.GetOrAdd(labels, _ => new(_bounds?.Length + 1 ?? 0));
        }
        lock (cell)
        {
            cell.Sum = _isObserved ? value : cell.Sum + value;
            cell.Count++;
            if (_bounds is not null)
            {
                var bucket = Array.BinarySearch(_bounds, value);
                cell.Buckets[bucket < 0 ? ~bucket : bucket]++;
            }
        }
    }

    /// <summary>Writes all series in the text format of Prometheus, version 0.0.4.</summary>
    public void Write(StringBuilder text)
    {
        if (_cells.IsEmpty)
            return;
        if (!string.IsNullOrEmpty(_help))
            text.Append("# HELP ").Append(_name).Append(' ').Append(Escape(_help)).Append('\n');
        text.Append("# TYPE ").Append(_name).Append(' ').Append(_type).Append('\n');
        foreach (var (labels, cell) in _cells.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            lock (cell)
            {
                if (_bounds is null)
                    Line(text, "", labels, cell.Sum);
                else
                    WriteHistogram(text, labels, cell, _bounds);
            }
        }
    }

    private void WriteHistogram(StringBuilder text, string labels, Cell cell, double[] bounds)
    {
        long total = 0;
        for (var i = 0; i <= bounds.Length; i++)
        {
            total += cell.Buckets[i];
            var bound = i == bounds.Length ? "+Inf" : Number(bounds[i]);
            Line(text, "_bucket", $"{labels}{(labels.Length == 0 ? "" : ",")}le=\"{bound}\"", total);
        }
        Line(text, "_sum", labels, cell.Sum);
        Line(text, "_count", labels, cell.Count);
    }

    private void Line(StringBuilder text, string suffix, string labels, double value)
    {
        text.Append(_name).Append(suffix);
        if (labels.Length > 0)
            text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string NameOf(Instrument instrument, bool isCounter)
    {
        var name = Plain(instrument.Name);
        var unit = instrument.Unit switch
        {
            "s" => "_seconds",
            "By" => "_bytes",
            _ => "",
        };
        if (unit.Length > 0 && !name.EndsWith(unit, StringComparison.Ordinal))
            name += unit;
        return isCounter ? name + "_total" : name;
    }

    private static string LabelsOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length == 0)
            return "";
        var text = new StringBuilder();
        foreach (var (name, value) in tags)
        {
            if (text.Length > 0)
                text.Append(',');
            text.Append(Plain(name)).Append("=\"")
                .Append(Escape(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "").Replace("\"", "\\\"", StringComparison.Ordinal))
                .Append('"');
        }
        return text.ToString();
    }

    private static string Plain(string name) =>
        string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '_'));

    private static string Escape(string text) =>
        text.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal);

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private sealed class Cell(int buckets)
    {
        public long[] Buckets { get; } = new long[buckets];

        public double Sum { get; set; }

        public long Count { get; set; }
    }
}
