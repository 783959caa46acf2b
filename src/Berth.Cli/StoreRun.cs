using System.CommandLine;
using System.Text.Json;
using Berth.Hosting;
using Berth.Storage;

namespace Berth.Cli;

/// <summary>What the commands that work on a store, and not on a registry, have in common.</summary>
internal static class StoreRun
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
    };

    /// <summary>The store that a command works on.</summary>
    public static Argument<string> CreateStore() => new("STORE") { Description = $"a store of Berth: {StoreName.Forms}" };

    /// <summary>What there is to say of that store beside its name.</summary>
    public static Option<string[]> CreateDetails() => new("--store")
    {
        Description = "a setting of STORE, such as S3:Endpoint=https://HOST",
        HelpName = "NAME=VALUE",
    };

    /// <summary>Sees to it that there is a store: opening a folder creates it.</summary>
    /// <exception cref="SettingsException">There is none.</exception>
    public static void RequireStore(string name, StoragePlace place)
    {
        if (place is MemoryPlace || (place is FolderPlace folder && !Directory.Exists(Path.Join(folder.Root, "store"))))
            throw new SettingsException($"{name}: there is no store of Berth in {place}");
    }

    /// <summary>A report for <c>--json</c>.</summary>
    public static string Serialize<T>(T report) => JsonSerializer.Serialize(report, Indented);

    /// <summary>Works, and says what kept it from it.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(CliInput input, Func<Task<int>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await work();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await input.Error.WriteLineAsync("berth: ended; the same command goes on from here");
            return ExitCode.Cancelled;
        }
        catch (Exception e) when (e is SettingsException or StorageException or IOException
            or UnauthorizedAccessException or InvalidDataException)
        {
            await input.Error.WriteLineAsync($"berth: {PrintableText.Of(e.Message.ReplaceLineEndings(" "))}");
            if (e is StorageException)
                await input.Error.WriteLineAsync("berth: what is done is done; the same command goes on from here");
            return ExitCode.Failed;
        }
    }
}
