using System.Diagnostics;

namespace Berth.TestTools;

/// <summary>
/// Azurite's blobs and tables in a process of their own, on free ports of 127.0.0.1. <see cref="SharedAsync"/> is what
/// nearly every test wants: one for the whole test assembly, with a container and a table for each fixture.
/// </summary>
public sealed class Azurite : IAsyncDisposable
{
    /// <summary>Azurite's only account.</summary>
    public const string Account = "devstoreaccount1";

    /// <summary>The key that Azurite's documentation publishes.</summary>
    public const string AccountKey =
        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private static readonly Lazy<Task<Azurite>> Shared = new(() => StartAsync());

    private readonly ChildProcess? _process;
    private readonly TemporaryFolder? _folder;

    private Azurite(string reason) => Reason = reason;

    private Azurite(ChildProcess process, TemporaryFolder? folder) => (_process, _folder) = (process, folder);

    /// <summary>Why there is none, to skip a test with, or <see langword="null"/>.</summary>
    public string? Reason { get; }

    /// <summary>http://127.0.0.1:port/account</summary>
    public Uri BlobEndpoint { get; private set; } = null!;

    /// <summary>http://127.0.0.1:port/account</summary>
    public Uri TableEndpoint { get; private set; } = null!;

    public string ConnectionString => ConnectionStringAt("127.0.0.1");

    /// <summary>All that it has printed: each request, unless it was started silent.</summary>
    public IReadOnlyCollection<string> Log => _process?.Log ?? [];

    /// <summary>The one of this test assembly, started at the first call and ended with the process.</summary>
    public static Task<Azurite> SharedAsync() => Shared.Value;

    /// <summary>Starts one.</summary>
    /// <param name="silent">Keeps its requests out of <see cref="Log"/>.</param>
    /// <param name="onDisk">Keeps blobs in files and not in memory: for large ones.</param>
    /// <param name="tls">Paths of a certificate and its key, as PEM: makes it speak HTTPS, and take tokens of identities,
    /// whose signatures it does not check.</param>
    public static async Task<Azurite> StartAsync(
        bool silent = true, bool onDisk = false, (string Certificate, string Key)? tls = null)
    {
        var packages = await NpmPackages.GetAsync();
        if (packages.Reason is { } reason)
            return new($"no Azurite: {reason}");

        var folder = onDisk ? TemporaryFolder.Create() : null;
        var start = new ProcessStartInfo(
            NpmPackages.Node,
            [
                "--require", Repository.PathOf("tests/Berth.TestTools/npm/end-with-parent.cjs"),
                packages.PathOf("azurite/dist/src/azurite.js"),
                "--blobHost", "127.0.0.1", "--blobPort", "0",
                "--tableHost", "127.0.0.1", "--tablePort", "0",
                "--queueHost", "127.0.0.1", "--queuePort", "0",
                "--skipApiVersionCheck", "--disableTelemetry",
                .. folder is null ? (string[])["--inMemoryPersistence"] : ["--location", folder.Path],
                .. silent ? (string[])["--silent"] : [],
                .. tls is var (certificate, key)
                    ? (string[])["--oauth", "basic", "--cert", certificate, "--key", key]
                    : [],
            ])
        {
            WorkingDirectory = folder?.Path ?? Path.GetTempPath(),
        };
        start.Environment.Remove("AZURITE_ACCOUNTS");

        var azurite = new Azurite(ChildProcess.Start(start, keepInput: true), folder);
        try
        {
            azurite.BlobEndpoint = await azurite.FindEndpointAsync("Blob");
            azurite.TableEndpoint = await azurite.FindEndpointAsync("Table");
        }
        catch
        {
            await azurite.DisposeAsync();
            throw;
        }

        return azurite;
    }

    /// <summary>The connection string that reaches it by another name of this machine, such as localhost.</summary>
    public string ConnectionStringAt(string host) =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={AccountKey};"
        + $"BlobEndpoint={At(BlobEndpoint, host)};TableEndpoint={At(TableEndpoint, host)};";

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        _folder?.Dispose();
    }

    private static string At(Uri endpoint, string host) =>
        new UriBuilder(endpoint) { Host = host }.Uri.AbsoluteUri;

    private async Task<Uri> FindEndpointAsync(string service)
    {
        const string Listening = " service is successfully listening at ";
        var line = await _process!.WaitForLineAsync(
            line => line.StartsWith($"Azurite {service}{Listening}", StringComparison.Ordinal));
        return new(new Uri(line[(line.IndexOf(Listening, StringComparison.Ordinal) + Listening.Length)..]), Account);
    }
}
