using System.Globalization;

namespace Berth.Benchmarks.Report;

/// <summary>The samples of a run as they come in.</summary>
internal sealed class Measurements
{
    private readonly List<Figure> _figures = [];
    private readonly Dictionary<(string Id, Side Side), List<double>> _values = [];
    private readonly Dictionary<string, HashSet<string>> _notes = [];

    public IReadOnlyList<Result> Results => [.. _figures.Select(ResultOf)];

    public void Add(Figure figure, Side side, double value)
    {
        Know(figure);
        if (!_values.TryGetValue((figure.Id, side), out var values))
            _values.Add((figure.Id, side), values = []);
        values.Add(value);
    }

    /// <summary>Keeps what is to be known about a figure.</summary>
    public void Note(Figure figure, string note)
    {
        Know(figure);
        if (!_notes.TryGetValue(figure.Id, out var notes))
            _notes.Add(figure.Id, notes = []);
        notes.Add(note);
    }

    /// <summary>A line about one figure, while the run goes on.</summary>
    public string Summarize(Figure figure)
    {
        var result = ResultOf(figure);
        var ahead = result.Ahead is { } ratio ? ratio.ToString("0.00", CultureInfo.InvariantCulture) : "-";
        return $"{figure.Title}: {MarkdownTable.Format(result.Berth, figure)} | {MarkdownTable.Format(result.Peer, figure)} | {ahead}";
    }

    private void Know(Figure figure)
    {
        if (_figures.TrueForAll(known => known.Id != figure.Id))
            _figures.Add(figure);
    }

    private Result ResultOf(Figure figure)
    {
        return new(figure, Of(Side.Berth), Of(Side.Peer), Of(Side.Machine), [.. _notes.GetValueOrDefault(figure.Id) ?? []]);

        Samples? Of(Side side) => _values.TryGetValue((figure.Id, side), out var values) ? Samples.Of(values) : null;
    }
}
