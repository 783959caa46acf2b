using System.CommandLine;

namespace Berth.Cli.Management;

/// <summary><c>berth audit</c>: who did what, or was kept from it.</summary>
internal static class AuditCommand
{
    private static readonly Column[] Columns =
    [
        Column.Time("TIME", "time"), new("ACTION", "action"), new("DECISION", "decision"),
        new("WHO", one => Column.Text(one["principal"]) ?? Column.Text(one["name"])), new("ADDRESS", "address"),
        new("REPOSITORY", one => Column.Text(one["repository"]) ?? Column.Text(one["project"])),
        new("REFERENCE", "reference"), new("STATUS", "status"), new("RULE", "rule"),
    ];

    public static Command Create(ManagementOptions options)
    {
        Option<string?>[] filters =
        [
            Filter("--from", "TIME", "from this moment on, such as 2027-01-31T18:00:00Z"),
            Filter("--to", "TIME", "until before this moment"),
            Filter("--principal", "WHO", "of this principal, as the list has it, or of who gave this name in vain"),
            Filter("--project", "NAME", "in this project"),
            Filter("--repository", "NAME", "in this repository"),
            Filter("--action", "NAME", "login, token, pull, push, delete, catalog, change or read"),
            Filter("--decision", "NAME", "allowed or refused"),
        ];
        filters[^1].AcceptOnlyFromAmong("allowed", "refused");
        var limit = ManagementOptions.Limit(usual: 100);
        return options.Create(
            "audit", "Lists who did what, or was kept from it, newest first.", [.. filters, limit], (run, token) =>
            {
                var query = filters.Where(filter => run.Get(filter) is not null)
                    .Select(filter => $"{filter.Name.TrimStart('-')}={Uri.EscapeDataString(run.Get(filter)!)}");
                return run.ShowListAsync($"audit?{string.Join('&', query)}".TrimEnd('?'), "events", Columns, run.Get(limit), token);
            });
    }

    private static Option<string?> Filter(string name, string value, string description) =>
        new(name) { Description = description, HelpName = value };
}
