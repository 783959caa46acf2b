using System.CommandLine;
using Berth.Collection;
using Berth.Hosting;
using Berth.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Berth.Cli;

/// <summary><c>berth gc</c>: collects garbage now, or says what would be collected.</summary>
internal sealed class GcCommand(CliInput input)
{
    /// <summary>How long it works before it says how far it is.</summary>
    private static readonly TimeSpan Slice = TimeSpan.FromMinutes(1);

    /// <summary>How long it leaves to others what they are at.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Below this a request that is running may lose to a collection, and is told so.</summary>
    private static readonly TimeSpan LeastGrace = TimeSpan.FromMinutes(10);

    /// <summary>The command with its options.</summary>
    public static Command Create(CliInput input)
    {
        var store = StoreRun.CreateStore();
        var details = StoreRun.CreateDetails();
        var dryRun = new Option<bool>("--dry-run", "-n") { Description = "change nothing, and say what would be done" };
        var json = new Option<bool>("--json") { Description = "print the report as JSON" };
        (Option<string?> Option, string Setting)[] overrides =
        [
            (Text("--grace", "TIME", "how long what nothing uses stays usable, as every host over the store has it (25h)"),
                CollectionSettings.Grace),
            (Text("--upload-lifetime", "TIME", "how long an upload can be resumed (7d)"), CollectionSettings.UploadLifetime),
            (Text("--untagged-age", "TIME", "after what time a manifest is deleted that nothing names, or none (none)"),
                CollectionSettings.UntaggedAge),
            (Text("--calls-per-second", "N", "calls to the store in a second at the most, 0 for no bound (100)"),
                CollectionSettings.CallsPerSecond),
        ];
        var command = new Command(
            "gc",
            "Collects the garbage of a store, now and while registries serve from it: marks what nothing uses, and deletes what "
            + "was marked a grace ago and still is unused. Times are of the settings of the hosts unless given. A run that was "
            + "ended is gone on with by the next.")
        {
            store, details, dryRun, json,
        };
        foreach (var (option, _) in overrides)
            command.Options.Add(option);
        command.SetAction((result, token) => StoreRun.RunAsync(
            input,
            () => new GcCommand(input).RunAsync(
                result.GetRequiredValue(store),
                result.GetValue(details) ?? [],
                [
                    .. from entry in overrides
                       let value = result.GetValue(entry.Option)
                       where value is not null
                       select new Setting(entry.Setting, [value], entry.Option.Name),
                ],
                result.GetValue(dryRun), result.GetValue(json), token),
            token));
        return command;
    }

    private static Option<string?> Text(string name, string value, string description) =>
        new(name) { Description = description, HelpName = value };

    /// <returns>One of <see cref="ExitCode"/>.</returns>
    private async Task<int> RunAsync(
        string name, IReadOnlyList<string> details, IReadOnlyList<Setting> overrides, bool isDry, bool isJson,
        CancellationToken cancellationToken)
    {
        var settings = StoreName.Read(name, "Store", details, input, writes: false, overrides);
        var (place, options) = (StoreName.PlaceOf(settings, input), CollectionSettings.Bind(settings, TimeSpan.Zero));
        StoreRun.RequireStore(name, place);
        var storage = isDry
            ? StorageProviders.OpenUnproven(place, NullLogger.Instance)
            : await StorageProviders.OpenAsync(place, NullLogger.Instance, cancellationToken);
        if (!isDry && options.Grace < LeastGrace)
            await input.Error.WriteLineAsync("berth: so short a grace is for tests: whoever pushes now may have to push again");
        var report = await CollectAsync(storage, options, isDry, cancellationToken);
        await input.Output.WriteLineAsync(
            isJson ? StoreRun.Serialize(report) : $"{place}: {(isDry ? "dry run: " : "")}{Describe(report)}");
        await input.Output.FlushAsync(CancellationToken.None);
        return report.RepositoriesLeftOut + report.RecordsUnreadable == 0 ? ExitCode.Done : ExitCode.LeftOut;
    }

    private async Task<CollectionReport> CollectAsync(
        RegistryStorage storage, CollectionOptions options, bool isDry, CancellationToken cancellationToken)
    {
        var due = input.Time.GetUtcNow();
        var total = new CollectionReport();
        await using var collector = new Collector(storage, options, isDry, input.Time, NullLogger<Collector>.Instance);
        while (true)
        {
            var mark = input.Time.GetTimestamp();
            total.Add(await collector.RunAsync(due, Slice, cancellationToken));
            if (total.IsComplete)
                return total;
            if (input.Time.GetElapsedTime(mark) < Slice)
                await Task.Delay(Patience, input.Time, cancellationToken); // a host is at what is left
            else
                await input.Error.WriteLineAsync($"berth: so far {Describe(total)}");
        }
    }

    private static string Describe(CollectionReport report)
    {
        List<string> parts = [];
        Add(report.BlobsDeleted, "blob", $"deleted ({SizeText.Of(report.BytesFreed)})");
        Add(report.BlobsCondemned, "blob", "marked");
        Add(report.LinksDeleted, "link", "of a repository to a blob deleted");
        Add(report.LinksCondemned, "link", "marked");
        Add(report.ManifestsDeleted, "manifest", "deleted");
        Add(report.ManifestsCondemned, "manifest", "marked");
        Add(report.ManifestsForgotten, "deleted manifest", "forgotten");
        Add(report.UploadsExpired, "upload", "ended");
        Add(report.UploadsCleared, "ended upload", "forgotten");
        Add(report.OrphansDeleted, "object", "of these deleted");
        Add(report.PartsAborted, "unknown upload", "in parts aborted");
        Add(report.RepositoriesLeftOut, "repository", "left out, where a manifest cannot be read");
        Add(report.RecordsUnreadable, "record", "left alone that cannot be read");
        return $"{(parts.Count == 0 ? "nothing to collect" : string.Join(", ", parts))}; "
            + SizeText.Of(report.StorageCalls, "call");

        void Add(long count, string noun, string verb)
        {
            if (count > 0)
                parts.Add($"{SizeText.Of(count, noun)} {verb}");
        }
    }
}
