using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Berth.Cli.Management;

/// <summary>What a robot or a personal token may do, and for how long.</summary>
internal sealed class CredentialOptions
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(3650);

    private readonly CliInput _input;

    public CredentialOptions(CliInput input)
    {
        _input = input;
        Access.Validators.Add(result =>
        {
            foreach (var text in (result.GetValueOrDefault<string[]>() ?? []).Where(text => ReadAccess(text) is null))
                result.AddError($"--access {text}: write REPOSITORIES=ACTIONS, such as team/*=pull,push.");
        });
        Expires.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && ReadTime(text) is null)
                result.AddError($"--expires {text}: write 30d, 12h, 2027-01-31 or 2027-01-31T18:00:00Z.");
        });
    }

    public Option<string[]> Access { get; } = new("--access")
    {
        Description = "repositories, and what may be done with them: team/app=pull, team/*=pull,push or *=pull,push,delete; "
            + "may be repeated",
        HelpName = "REPOSITORIES=ACTIONS",
    };

    public Option<string?> Expires { get; } = new("--expires")
    {
        Description = "when it ends: after a time, 30d or 12h, or at one, 2027-01-31 in UTC; without it never",
        HelpName = "WHEN",
    };

    /// <summary>Adds to a request what the options say.</summary>
    public void Read(ManagementRun run, JsonObject wanted)
    {
        if (run.Get(Access) is { Length: > 0 } access)
            wanted["access"] = new JsonArray([.. access.Select(ReadAccess)]);
        if (run.Get(Expires) is { } expires)
            wanted["expires"] = JsonValue.Create(ReadTime(expires)!.Value);
    }

    private static JsonObject? ReadAccess(string text) =>
        text.Split('=') is [{ Length: > 0 } repositories, { Length: > 0 } actions]
            ? new()
            {
                ["repositories"] = repositories,
                ["actions"] = new JsonArray([.. actions.Split(',').Select(action => (JsonNode)action)]),
            }
            : null;

    private DateTimeOffset? ReadTime(string text)
    {
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (text.Length > 1 && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            TimeSpan? time = text[^1] switch
            {
                'd' when count <= Longest.TotalDays => TimeSpan.FromDays(count),
                'h' when count <= Longest.TotalHours => TimeSpan.FromHours(count),
                _ => null,
            };
            return _input.Time.GetUtcNow() + time;
        }
        string[] forms = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ssK"];
        return DateTimeOffset.TryParseExact(text, forms, CultureInfo.InvariantCulture, Utc, out var at) ? at : null;
    }
}
