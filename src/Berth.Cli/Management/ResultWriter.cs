using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Berth.Cli.Management;

/// <summary>
/// Prints results: on a terminal a table with aligned columns, elsewhere the same without header and with a tab between the
/// columns, or the API's JSON as one document.
/// </summary>
internal sealed class ResultWriter(CliInput input, bool isJson)
{
    private const string Nothing = "-";

    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        // It still writes control characters as numbers.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Prints one thing: a table with one line.</summary>
    public Task WriteAsync(JsonObject answer, IReadOnlyList<Column> columns) =>
        isJson ? WriteJsonAsync(answer) : WriteTableAsync([answer], columns);

    /// <summary>Prints a list.</summary>
    public Task WriteListAsync(string member, IReadOnlyList<JsonNode> items, IReadOnlyList<Column> columns) =>
        isJson
            ? WriteJsonAsync(new() { [member] = new JsonArray([.. items.Select(item => item.DeepClone())]) })
            : WriteTableAsync(items, columns);

    /// <summary>Prints that something is done.</summary>
    public async Task WriteDoneAsync(JsonObject answer, string text)
    {
        if (isJson)
            await WriteJsonAsync(answer);
        else
            await input.Output.WriteLineAsync(PrintableText.Of(text));
    }

    /// <summary>
    /// Prints a new secret. It alone goes to the output, so that it can be piped on; what to do with it goes beside.
    /// </summary>
    public async Task WriteSecretAsync(JsonObject answer, string user, RegistryAddress address)
    {
        if (isJson)
        {
            await WriteJsonAsync(answer);
            return;
        }
        await input.Error.WriteLineAsync("Shown this once; keep it in a safe place:");
        await input.Output.WriteLineAsync(PrintableText.Of(Column.Text(answer["secret"]) ?? Nothing));
        await input.Output.FlushAsync(CancellationToken.None);
        await input.Error.WriteLineAsync(
            $"To use it: docker login {address.Host} -u '{PrintableText.Of(user)}' --password-stdin");
    }

    private Task WriteJsonAsync(JsonObject answer) => input.Output.WriteLineAsync(answer.ToJsonString(Readable));

    private async Task WriteTableAsync(IReadOnlyList<JsonNode> items, IReadOnlyList<Column> columns)
    {
        List<string[]> rows = [.. items.Select(item => columns.Select(column => Cell(column, item)).ToArray())];
        if (input.OutputIsTerminal)
            rows.Insert(0, [.. columns.Select(column => column.Header)]);
        var widths = columns.Select((_, index) => rows.Select(row => row[index].Length).DefaultIfEmpty().Max()).ToArray();
        foreach (var row in rows)
            await input.Output.WriteLineAsync(input.OutputIsTerminal ? Align(row, widths) : string.Join('\t', row));
        if (rows.Count == 1 && input.OutputIsTerminal)
            await input.Output.WriteLineAsync("(none)");
        await input.Output.FlushAsync(CancellationToken.None);
    }

    private static string Cell(Column column, JsonNode item) =>
        column.Read(item) is { Length: > 0 } text ? PrintableText.Of(text) : Nothing;

    private static string Align(string[] row, int[] widths)
    {
        var line = new StringBuilder();
        for (var index = 0; index < row.Length; index++)
            line.Append(row[index].PadRight(widths[index] + 2));
        return line.ToString().TrimEnd();
    }
}
