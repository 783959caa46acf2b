using System.Globalization;
using System.Text;

namespace Berth.Benchmarks.Report;

/// <summary>The table that people read.</summary>
internal static class MarkdownTable
{
    public const string Start = "<!-- compared: Berth.Benchmarks -->";
    public const string End = "<!-- end of compared -->";

    public static string Of(RunReport report)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"| work | Berth | {report.Peer} | ahead | target |\n|---|---:|---:|---:|---|\n");
        foreach (var result in report.Results)
        {
            var ahead = result.Ahead is { } ratio ? ratio.ToString("0.00", CultureInfo.InvariantCulture) : "";
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {result.Figure.Title} | {Format(result.Berth, result.Figure)} | {Format(result.Peer, result.Figure)} | {ahead} | {Remarks(result, report)} |\n");
        }

        return text.ToString();
    }

    /// <summary>Puts the table between the marks of a document.</summary>
    public static void WriteInto(string path, RunReport report)
    {
        var document = File.ReadAllText(path);
        var start = document.IndexOf(Start, StringComparison.Ordinal) + Start.Length;
        var end = document.IndexOf(End, StringComparison.Ordinal);
        if (start < Start.Length || end < start)
            throw new InvalidDataException($"{path} has no place between {Start} and {End}");
        File.WriteAllText(path, $"{document[..start]}\n{Of(report)}{document[end..]}");
    }

    /// <summary>Median and spread.</summary>
    public static string Format(Samples? samples, Figure figure)
    {
        if (samples is null)
            return "";
        var median = Format(samples.Median);
        var unit = figure.Unit.Length == 0 ? "" : $" {figure.Unit}";
        return samples.Values.Count == 1
            ? median + unit
            : $"{median}{unit} ({Format(samples.Minimum)}..{Format(samples.Maximum)})";
    }

    private static string Format(double value) => value.ToString(
        Math.Abs(value) switch { < 10 => "0.00", < 100 => "0.0", _ => "#,0" }, CultureInfo.InvariantCulture);

    private static string Remarks(Result result, RunReport report)
    {
        var remarks = Target.Judge(result, report.Results)
            .Select(verdict => verdict.IsReached
                ? verdict.Wanted
                : string.Create(CultureInfo.InvariantCulture, $"{verdict.Wanted}, **missed**"))
            .ToList();
        if (result.Machine is not null)
            remarks.Add($"the machine: {Format(result.Machine, result.Figure)}");
        return string.Join("; ", remarks.Concat(result.Notes));
    }
}
