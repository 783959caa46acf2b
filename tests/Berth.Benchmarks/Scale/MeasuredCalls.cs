using System.Globalization;

namespace Berth.Benchmarks.Scale;

/// <summary>Requests to a store.</summary>
/// <param name="TableReads">To tables.</param>
/// <param name="TableWrites">To tables.</param>
/// <param name="ObjectReads">Of blobs or objects.</param>
/// <param name="ObjectWrites">Of blobs or objects.</param>
internal readonly record struct StoreCalls(int TableReads, int TableWrites, int ObjectReads, int ObjectWrites)
{
    public int Total => TableReads + TableWrites + ObjectReads + ObjectWrites;

    public static StoreCalls operator +(StoreCalls one, StoreCalls other) => new(
        one.TableReads + other.TableReads, one.TableWrites + other.TableWrites,
        one.ObjectReads + other.ObjectReads, one.ObjectWrites + other.ObjectWrites);

    public static StoreCalls operator *(int times, StoreCalls calls) => new(
        times * calls.TableReads, times * calls.TableWrites, times * calls.ObjectReads, times * calls.ObjectWrites);
}

/// <summary>The tables of docs/storage.md that tests of the storage calls keep: what each request to the registry costs.</summary>
internal sealed class MeasuredCalls
{
    private readonly Dictionary<string, StoreCalls> _calls = new(StringComparer.Ordinal);

    /// <param name="markdown">The document.</param>
    /// <param name="test">The test whose table it is: <c>AzureBudgetTests</c>.</param>
    public MeasuredCalls(string markdown, string test)
    {
        var begin = markdown.IndexOf($"<!-- budgets: {test} -->", StringComparison.Ordinal);
        var end = begin < 0 ? -1 : markdown.IndexOf("<!-- end of budgets -->", begin, StringComparison.Ordinal);
        if (end < 0)
            throw new InvalidDataException($"There is no table of {test}.");
        foreach (var line in markdown[begin..end].Split('\n').Where(line => line.StartsWith('|')).Skip(2))
        {
            var cells = line.Split('|', StringSplitOptions.TrimEntries);
            var calls = Parse(cells[4]);
            if (calls.Total != int.Parse(cells[3], CultureInfo.InvariantCulture))
                throw new InvalidDataException($"'{line}' does not add up.");
            _calls.Add(cells[1], calls);
        }
    }

    public StoreCalls this[string request] => _calls.TryGetValue(request, out var calls)
        ? calls
        : throw new InvalidDataException($"No calls were measured of '{request}'.");

    /// <summary>Parses <c>table: 2 GET, POST; blob: 14 PUT</c> or <c>2 GetObject, PutObject</c>.</summary>
    private static StoreCalls Parse(string which)
    {
        var sum = default(StoreCalls);
        foreach (var service in which.Split(';', StringSplitOptions.TrimEntries))
        {
            var isTable = service.StartsWith("table:", StringComparison.Ordinal);
            foreach (var call in service[(service.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(',', StringSplitOptions.TrimEntries))
            {
                var words = call.Split(' ');
                var count = words.Length == 1 ? 1 : int.Parse(words[0], CultureInfo.InvariantCulture);
                var isRead = words[^1] is "GET" or "HEAD" or "GetObject" or "HeadObject" or "ListObjectsV2";
                sum += count * (isTable
                    ? new StoreCalls(isRead ? 1 : 0, isRead ? 0 : 1, 0, 0)
                    : new StoreCalls(0, 0, isRead ? 1 : 0, isRead ? 0 : 1));
            }
        }

        return sum;
    }
}
