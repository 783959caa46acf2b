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

    /// <summary>The column of a member that is a time: in UTC, to the second.</summary>
    public static Column Time(string header, string member) => new(header, entry =>
        DateTimeOffset.TryParse(Text(entry[member]), CultureInfo.InvariantCulture, out var time)
            ? time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
            : null);

    /// <summary>A member's value for people: yes or no, a list with commas.</summary>
    public static string? Text(JsonNode? value) => value switch
    {
        null => null,
        JsonArray list => string.Join(",", list.Select(Text)),
        JsonValue one => one.GetValueKind() switch
        {
            JsonValueKind.True => "yes",
            JsonValueKind.False => "no",
            JsonValueKind.String => one.GetValue<string>(),
            _ => one.ToJsonString(),
        },
        _ => value.ToJsonString(),
    };

    /// <summary>What a credential allows, as <c>--access</c> takes it.</summary>
    public static string? Access(JsonNode entry) => entry["access"] is not JsonArray access
        ? null
        : string.Join(' ', access.OfType<JsonObject>().Select(one => $"{Text(one["repositories"])}={Text(one["actions"])}"));
}
