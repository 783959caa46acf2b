using System.CommandLine;
using System.Globalization;
using Berth.Hosting;
using Berth.Scrubbing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Berth.Cli;

/// <summary><c>berth scrub</c>: reads everything in a store, and says what is damaged.</summary>
internal sealed class ScrubCommand(CliInput input)
{
    /// <summary>The command with its options.</summary>
    public static Command Create(CliInput input)
    {
        var store = StoreRun.CreateStore();
        var details = StoreRun.CreateDetails();
        var rate = new Option<string?>("--rate")
        {
            Description = "read no more than this in a second, such as 50MiB",
            HelpName = "SIZE",
        };
        var together = new Option<int>("--together")
        {
            Description = "how many objects are read at once",
            HelpName = "N",
            DefaultValueFactory = _ => new ScrubOptions().Together,
        };
        var restart = new Option<bool>("--restart") { Description = "begin anew where an earlier run was ended" };
        var dryRun = new Option<bool>("--dry-run", "-n") { Description = "write nothing: mark no blob as damaged" };
        var json = new Option<bool>("--json") { Description = "print the report as JSON" };
        rate.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } text && !TryRate(text, out _))
                result.AddError($"--rate {text}: write a number of bytes, such as 50MiB.");
        });
        together.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 64)
                result.AddError("--together is a number from 1 to 64.");
        });
        var command = new Command(
            "scrub",
            "Reads every blob and manifest of a store and compares it with its digest. What is damaged is reported, and a damaged "
            + "blob is answered as unknown from then on, so that clients push it again. A run that was ended is gone on with by "
            + "the next.")
        {
            store, details, rate, together, restart, dryRun, json,
        };
        command.SetAction((result, token) => StoreRun.RunAsync(
            input,
            () => new ScrubCommand(input).RunAsync(
                result.GetRequiredValue(store),
                result.GetValue(details) ?? [],
                new()
                {
                    BytesPerSecond = result.GetValue(rate) is { } text && TryRate(text, out var bytes) ? bytes : null,
                    Together = result.GetValue(together),
                    Restart = result.GetValue(restart),
                    DryRun = result.GetValue(dryRun),
                },
                result.GetValue(json),
                token),
            token));
        return command;
    }

    /// <returns>One of <see cref="ExitCode"/>.</returns>
    private async Task<int> RunAsync(
        string name, IReadOnlyList<string> details, ScrubOptions options, bool isJson, CancellationToken cancellationToken)
    {
        var place = StoreName.Resolve(name, "Store", details, input, writes: false);
        StoreRun.RequireStore(name, place);
        var report = await Scrub.RunAsync(
            StorageProviders.OpenUnproven(place, NullLogger.Instance), options, Tell, input.Time, cancellationToken);
        await input.Output.WriteLineAsync(isJson ? StoreRun.Serialize(report) : Describe(place, report));
        await input.Output.FlushAsync(CancellationToken.None);
        return report.Damaged == 0 ? ExitCode.Done : ExitCode.LeftOut;
    }

    private void Tell(ScrubFinding finding) => input.Error.WriteLine($"berth: {PrintableText.Of(finding.ToString())}");

    private static string Describe(StoragePlace place, ScrubReport report)
    {
        var restored = report.Restored == 0 ? "" : $", {SizeText.Of(report.Restored, "mark")} of damage taken away";
        var damaged = report.Damaged == 0
            ? "nothing is damaged"
            : string.Create(CultureInfo.InvariantCulture, $"{report.Damaged:N0} damaged or missing");
        return $"{place}: {SizeText.Of(report.Blobs, "blob")} and {SizeText.Of(report.Manifests, "manifest")} read "
            + $"({SizeText.Of(report.Bytes)}): {damaged}{restored}";
    }

    private static bool TryRate(string text, out long bytes) => ValueFormats.TrySize(text, out bytes) && bytes > 0;
}
