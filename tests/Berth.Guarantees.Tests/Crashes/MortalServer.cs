using System.Diagnostics;
using System.Globalization;
using Berth.Guarantees.Tests.Faults;
using Berth.Guarantees.Tests.Promises;
using Berth.Storage;
using Berth.Storage.FileSystem;

namespace Berth.Guarantees.Tests.Crashes;

/// <summary>
/// The registry in a process of its own, which ends at some moment without any notice. Whoever finds it gone starts another
/// one over the same store, in the tests' process.
/// </summary>
internal sealed class MortalServer : IRegistryUnderTest, IAsyncDisposable
{
    public const string Command = "serve";

    /// <summary>As <see cref="Command"/>, over a store that is no folder.</summary>
    public const string RemoteCommand = "serve-from";

    private const string Listening = "listening on ";

    private readonly ChildProcess _process;
    private readonly Func<RegistryStorage> _open;
    private RegistryHost? _successor;

    private MortalServer(ChildProcess process, Uri address, Func<RegistryStorage> open) =>
        (_process, Address, _open) = (process, address, open);

    public Uri Address { get; private set; }

    /// <summary>Starts one.</summary>
    /// <param name="open">Opens its store for the successor.</param>
    /// <param name="arguments">A command, and what it is told.</param>
    public static async Task<MortalServer> StartAsync(
        Func<RegistryStorage> open, params string[] arguments)
    {
        var start = new ProcessStartInfo(Repository.Dotnet, ["exec", typeof(MortalServer).Assembly.Location, .. arguments]);
        start.Environment["DOTNET_TieredPGO"] = "0";
        var process = ChildProcess.Start(start);
        try
        {
            var line = await process.WaitForLineAsync(line => line.StartsWith(Listening, StringComparison.Ordinal));
            return new(process, new(line[Listening.Length..]), open);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>In the process: serves a folder until it is killed. Its arguments: the call, before or after, and the folder.</summary>
    public static async Task RunAsync(string[] arguments)
    {
        var fuse = new Fuse(int.Parse(arguments[0], CultureInfo.InvariantCulture), after: arguments[1] == "after");
        await ServeAsync(OpenFolder(arguments[2], fuse));
    }

    /// <summary>In the process: serves a place until it is killed.</summary>
    public static Task RunRemoteAsync(string[] arguments) => ServeAsync(StorePlace.Parse(arguments).Open());

    public static RegistryStorage OpenFolder(string root, Fuse fuse)
    {
        var files = new FileSystemObjects(root);
        return RegistryStorage.Over(fuse.Guard<IObjectStore>(files), fuse.Guard<IVersionedObjects>(files));
    }

    /// <summary>Whether it was killed, or ended by <see cref="EndAsync"/>.</summary>
    public bool HasEnded => _successor is not null;

    public async Task RecoverAsync()
    {
        // Nothing but its end breaks a connection here.
        if (_successor is null)
            await EndAsync();
    }

    /// <summary>Ends it, unless it has ended, and starts its successor.</summary>
    public async Task EndAsync()
    {
        await _process.KillAsync();
        _successor = await RegistryHost.StartAsync(_open(), new() { RedirectEnabled = false });
        Address = _successor.Address;
    }

    /// <summary>Kills it as a fault would, and no more.</summary>
    public Task KillAsync() => _process.KillAsync();

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        if (_successor is not null)
            await _successor.DisposeAsync();
    }

    private static async Task ServeAsync(RegistryStorage storage)
    {
        await using var host = await RegistryHost.StartAsync(storage, new() { RedirectEnabled = false });
        Console.WriteLine(Listening + host.Address);
        await Task.Delay(Timeout.Infinite);
    }
}
