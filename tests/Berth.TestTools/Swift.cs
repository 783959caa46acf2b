using System.Diagnostics;

namespace Berth.TestTools;

/// <summary>
/// OpenStack Swift with its S3 API, from Debian's package python3-swift, in a process of its own on free ports of
/// 127.0.0.1: a judge of signatures, listings and multipart uploads that was not written for Berth.
/// <see cref="SharedAsync"/> is what nearly every test wants: one for the whole test assembly, with a bucket for each
/// fixture.
/// </summary>
public sealed class Swift : IAsyncDisposable
{
    /// <summary>Swift's account and user.</summary>
    public const string AccessKeyId = "test:tester";

    public const string SecretAccessKey = "testing";

    /// <summary>The only region that it takes signatures for.</summary>
    public const string Region = "us-east-1";

    /// <summary>Debian's own, which its packages are for.</summary>
    private const string Python = "/usr/bin/python3";

    private const string Listening = "listening at ";
    private const string Refused = "not possible: ";

    private static readonly Lazy<Task<Swift>> Shared = new(StartAsync);

    private readonly ChildProcess? _process;
    private readonly TemporaryFolder? _folder;

    private Swift(string reason) => Reason = reason;

    private Swift(ChildProcess process, TemporaryFolder folder) => (_process, _folder) = (process, folder);

    /// <summary>Why there is none, to skip a test with, or <see langword="null"/>.</summary>
    public string? Reason { get; private set; }

    /// <summary>http://127.0.0.1:port</summary>
    public Uri Endpoint { get; private set; } = null!;

    /// <summary>What it has printed: its warnings and errors.</summary>
    public IReadOnlyCollection<string> Log => _process?.Log ?? [];

    /// <summary>The one of this test assembly, started at the first call and ended with the process.</summary>
    public static Task<Swift> SharedAsync() => Shared.Value;

    /// <summary>Starts one.</summary>
    public static async Task<Swift> StartAsync()
    {
        if (!File.Exists(Python))
            return new($"no OpenStack Swift: there is no {Python}");

        var swift = await StartAsync(TemporaryFolder.Create());
        if (swift.Reason is null)
            return swift;
        // Swift keeps metadata in extended attributes, which not every file system of temporary files has.
        await swift.DisposeAsync();
        swift = await StartAsync(TemporaryFolder.CreateIn(Repository.PathOf("artifacts")));
        if (swift.Reason is not { } reason)
            return swift;
        await swift.DisposeAsync();
        return new($"no OpenStack Swift: {reason}");
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        _folder?.Dispose();
    }

    private static async Task<Swift> StartAsync(TemporaryFolder folder)
    {
        var start = new ProcessStartInfo(
            Python,
            [Repository.PathOf("tests/Berth.TestTools/swift/serve.py"), folder.Path, AccessKeyId, SecretAccessKey])
        {
            WorkingDirectory = folder.Path,
        };
        var swift = new Swift(ChildProcess.Start(start, keepInput: true), folder);
        try
        {
            var line = await swift._process!.WaitForLineAsync(
                line => line.StartsWith(Listening, StringComparison.Ordinal)
                    || line.StartsWith(Refused, StringComparison.Ordinal));
            if (line.StartsWith(Refused, StringComparison.Ordinal))
                swift.Reason = line[Refused.Length..];
            else
                swift.Endpoint = new(line[Listening.Length..]);
        }
        catch
        {
            await swift.DisposeAsync();
            throw;
        }

        return swift;
    }
}
