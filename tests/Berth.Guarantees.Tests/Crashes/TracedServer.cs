using System.Diagnostics;
using System.Globalization;
using Berth.Guarantees.Tests.Promises;
using Berth.Storage;
using Berth.Storage.FileSystem;

namespace Berth.Guarantees.Tests.Crashes;

/// <summary>A registry for each of some folders, in one process that strace watches.</summary>
internal sealed class TracedServer : IAsyncDisposable
{
    public const string Command = "serve-watched";

    private const string Listening = "listening on ";
    private const string Process = "process ";

    private readonly ChildProcess _strace;
    private readonly string _trace;
    private readonly int _server;

    private TracedServer(ChildProcess strace, string trace, int server, IReadOnlyList<IRegistryUnderTest> registries) =>
        (_strace, _trace, _server, Registries) = (strace, trace, server, registries);

    /// <summary>The registries, in the order of the folders.</summary>
    public IReadOnlyList<IRegistryUnderTest> Registries { get; }

    public static async Task<TracedServer> StartAsync(string trace, IReadOnlyList<string> folders)
    {
        string[] words =
        [
            .. SystemCall.Strace, "-o", trace, Repository.Dotnet, "exec", typeof(TracedServer).Assembly.Location, Command,
            .. folders,
        ];
        var strace = ChildProcess.Start(new ProcessStartInfo(words[0], words[1..]));
        try
        {
            var addresses = new List<IRegistryUnderTest>();
            for (var number = 0; number < folders.Count; number++)
            {
                var begin = $"{Listening}{number} ";
                var line = await strace.WaitForLineAsync(line => line.StartsWith(begin, StringComparison.Ordinal));
                addresses.Add(new Watched(new(line[begin.Length..])));
            }

            var process = await strace.WaitForLineAsync(line => line.StartsWith(Process, StringComparison.Ordinal));
            return new(strace, trace, int.Parse(process[Process.Length..], CultureInfo.InvariantCulture), addresses);
        }
        catch
        {
            await strace.DisposeAsync();
            throw;
        }
    }

    /// <summary>In the process: serves each folder until it is killed.</summary>
    public static async Task RunAsync(string[] folders)
    {
        for (var number = 0; number < folders.Length; number++)
        {
            var files = new FileSystemObjects(folders[number]);
            var host = await RegistryHost.StartAsync(RegistryStorage.Over(files, files));
            Console.WriteLine($"{Listening}{number} {host.Address}");
        }

        Console.WriteLine($"{Process}{Environment.ProcessId}");
        await Task.Delay(Timeout.Infinite);
    }

    /// <summary>Kills the server. strace, which must write what it still holds, ends by itself.</summary>
    /// <returns>All that was seen.</returns>
    public async Task<List<SystemCall>> EndAsync()
    {
        using (var server = System.Diagnostics.Process.GetProcessById(_server))
            server.Kill();
        await _strace.WaitForExitAsync();
        return SystemCall.Read(_trace);
    }

    public ValueTask DisposeAsync() => _strace.DisposeAsync();

    /// <summary>Nothing disturbs it.</summary>
    private sealed class Watched(Uri address) : IRegistryUnderTest
    {
        public Uri Address => address;

        public Task RecoverAsync() => throw new InvalidOperationException("The server that strace watches broke a connection.");
    }
}
