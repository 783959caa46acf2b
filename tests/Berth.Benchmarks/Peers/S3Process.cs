using Berth.TestTools;
using Berth.TestTools.ObjectServer;

namespace Berth.Benchmarks.Peers;

/// <summary>The tests' S3 server in a process of its own, so that its memory and its collections are not the load generator's.</summary>
internal sealed class S3Process : IAsyncDisposable
{
    /// <summary>The command of this program that is that process.</summary>
    public const string Command = "serve-s3";

    private const string Listening = "listens on ";

    private readonly ChildProcess _process;
    private readonly Uri _endpoint;

    private S3Process(ChildProcess process, Uri endpoint) => (_process, _endpoint) = (process, endpoint);

    public static async Task<S3Process> StartAsync()
    {
        var process = ChildProcess.Start(
            new(Repository.Dotnet, [typeof(S3Process).Assembly.Location, Command]), keepInput: true);
        try
        {
            var line = await process.WaitForLineAsync(line => line.StartsWith(Listening, StringComparison.Ordinal));
            return new(process, new(line[Listening.Length..]));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>What <see cref="Command"/> does until its standard input ends: with the process that started it.</summary>
    public static async Task ServeAsync()
    {
        await using var server = await S3Server.StartAsync();
        Console.WriteLine(Listening + server.Endpoint);
        while (await Console.In.ReadLineAsync() is not null)
        {
        }
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    public RegistryStorage.S3 Storage
    {
        get
        {
            var options = new S3ServerOptions();
            return new(_endpoint, options.Region, options.Bucket, options.Credentials[0]);
        }
    }
}
