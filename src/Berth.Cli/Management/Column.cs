using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Berth.Cli.Management;

/// <summary>A column of a table: its header, and what an entry has in it.</summary>
/// <param name="Header">Its header.</param>
/// <param name="Read">The text of an entry; <see langword="null"/> or empty where it has none.</param>
internal sealed record Column(string Header, Func<JsonNode, string?> Read)
{
    /// <summary>The column of one member of the API's JSON.</summary>
    public Column(string header, string member)
        : this(header, entry => Text(entry[member]))
    {
    }

    /// <summary>A member's value for people: yes or no, a time to the second, a list with commas.</summary>
    public static string? Text(JsonNode? value) => value switch
    {
        null => null,
        JsonArray list => string.Join(",", list.Select(Text)),
        JsonValue one => one.GetValueKind() switch
        {
            JsonValueKind.True => "yes",
            JsonValueKind.False => "no",
            JsonValueKind.String => WithoutFraction(one.GetValue<string>()),
            _ => one.ToJsonString(),
        },
        _ => value.ToJsonString(),
    };

    /// <summary>What a credential allows, as <c>--access</c> takes it.</summary>
    public static string? Access(JsonNode entry) => entry["access"] is not JsonArray access
        ? null
        : string.Join(' ', access.OfType<JsonObject>().Select(one => $"{Text(one["repositories"])}={Text(one["actions"])}"));

    private static string WithoutFraction(string text) =>
        text.Length > 20 && text[10] == 'T' && text[19] == '.' && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out var time)
            ? time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
            : text;
}
