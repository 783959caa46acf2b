using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Berth.Benchmarks.Report;

/// <summary>A run, or several that were put together, as JSON keeps it.</summary>
/// <param name="Peer">What Berth was compared with.</param>
/// <param name="Results">What was measured.</param>
internal sealed record RunReport(string Peer, IReadOnlyList<Result> Results)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>When the run ended, UTC.</summary>
    public string At { get; init; } = "";

    /// <summary>What it ran on.</summary>
    public string Machine { get; init; } = "";

    public static RunReport Create(string peer, IReadOnlyList<Result> results) => new(peer, results)
    {
        At = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm'Z'", CultureInfo.InvariantCulture),
        Machine = string.Create(
            CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} processors, {Environment.OSVersion}, .NET {Environment.Version}"),
    };

    /// <summary>Reads a file that <see cref="Write"/> wrote; <see langword="null"/> where there is none.</summary>
    public static RunReport? Read(string path) =>
        File.Exists(path) ? JsonSerializer.Deserialize<RunReport>(File.ReadAllText(path), Options) : null;

    public void Write(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, Options) + "\n");

    /// <summary>This run, and what an older one has measured that this one has not.</summary>
    public RunReport Over(RunReport? older)
    {
        if (older is null || older.Peer != Peer)
            return this;
        var kept = older.Results.Select(result => Find(result.Figure.Id) ?? result).ToList();
        return this with { Results = [.. kept, .. Results.Where(result => older.Find(result.Figure.Id) is null)] };
    }

    /// <summary>What was not reached, a line each.</summary>
    public IEnumerable<string> Missed() =>
        from result in Results
        from verdict in Target.Judge(result, Results)
        where !verdict.IsReached
        select string.Create(
            CultureInfo.InvariantCulture, $"missed: {result.Figure.Title}: {verdict.Wanted} wanted, {verdict.Value:0.00} measured");

    private Result? Find(string id) => Results.FirstOrDefault(result => result.Figure.Id == id);
}
