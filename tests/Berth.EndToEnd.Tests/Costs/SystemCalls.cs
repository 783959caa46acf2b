using System.Diagnostics;
using Berth.EndToEnd.Tests.Processes;

namespace Berth.EndToEnd.Tests.Costs;

/// <summary>What a server asks of the system for a request: strace watches its process while the same is sent again and again.</summary>
internal sealed class SystemCalls : IAsyncDisposable
{
    private static readonly string[] Flushes = ["fsync", "fdatasync"];

    private static readonly string[] Transfers = ["sendmsg", "sendto", "sendfile", "recvmsg", "recvfrom"];

    private static readonly string[] Files =
    [
        "open", "openat", "close", "stat", "lstat", "fstat", "newfstatat", "statx", "access", "readlink", "flock", "fcntl", "lseek",
        "pread64", "pwrite64", "pwritev", "ftruncate", "fallocate", "sync_file_range", "rename", "renameat", "renameat2", "link",
        "linkat", "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir", "getdents64", "fadvise64",
    ];

    private readonly BerthServer _server;
    private readonly ChildProcess _strace;
    private readonly string _trace;
    private readonly HttpClient _http;
    private int _marks;

    private SystemCalls(BerthServer server, ChildProcess strace, string trace, HttpClient http) =>
        (_server, _strace, _trace, _http) = (server, strace, trace, http);

    /// <summary>Begins to watch a server, or skips the test.</summary>
    public static async Task<SystemCalls> WatchAsync(BerthServer server, string trace)
    {
        Skip.If(ProgramPath.Find("strace") is null, "no strace");
        string[] words = ["-f", "-e", "signal=none", "-e", $"trace={string.Join(',', [.. Flushes, .. Transfers, .. Files])}"];
        var strace = ChildProcess.Start(new ProcessStartInfo("strace", [.. words, "-o", trace, "-p", $"{server.Id}"]));
        var handler = new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = 1 };
        var calls = new SystemCalls(server, strace, trace, new(handler) { BaseAddress = server.Address });
        try
        {
            await strace.WaitForLineAsync(line => line.Contains(" attached", StringComparison.Ordinal));
            return calls;
        }
        catch
        {
            await calls.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends requests one after the other, and finds what one of them made the server ask for.</summary>
    /// <param name="times">How often; the last are counted, when nothing is new to the server any more.</param>
    /// <param name="send">Sends the request of a number.</param>
    public async Task<Cost> CountAsync(int times, Func<HttpClient, int, Task> send)
    {
        for (var number = 0; number < times; number++)
            await send(_http, number);
        var begin = await MarkAsync();
        for (var number = times; number < 2 * times; number++)
            await send(_http, number);
        var end = await MarkAsync();
        var names = await ReadAsync(begin, end);
        return new(Count(Files), Count(Transfers), Count(Flushes), string.Join(", ", names
            .GroupBy(name => name).OrderByDescending(group => group.Count())
            .Select(group => $"{(double)group.Count() / times:0.0} {group.Key}")));

        double Count(string[] kinds) => (double)names.Count(kinds.Contains) / times;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _strace.DisposeAsync();
    }

    /// <summary>Makes the server look for a file whose name is in the trace.</summary>
    private async Task<string> MarkAsync()
    {
        var name = $"mark{++_marks}";
        using var answer = await _http.GetAsync(new Uri($"/v2/{name}/manifests/{name}", UriKind.Relative));
        return $"/{name}/{name}";
    }

    /// <summary>The names of the calls between two marks: strace writes behind.</summary>
    private async Task<List<string>> ReadAsync(string begin, string end)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (true)
        {
            await using var file = new FileStream(_trace, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(file);
            var lines = (await reader.ReadToEndAsync(limit.Token)).Split('\n');
            var first = Array.FindLastIndex(lines, line => line.Contains(begin, StringComparison.Ordinal));
            var last = Array.FindIndex(lines, line => line.Contains(end, StringComparison.Ordinal));
            if (last >= 0)
                return [.. lines[(first + 1)..last].Select(NameOf).Where(name => name.Length > 0)];
            await Task.Delay(20, limit.Token);
        }
    }

    /// <returns>Nothing for the second half of a call that was interrupted by another thread's.</returns>
    private static string NameOf(string line)
    {
        var call = line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..].TrimStart();
        var end = call.IndexOf('(', StringComparison.Ordinal);
        return end < 0 || call.StartsWith("<...", StringComparison.Ordinal) ? "" : call[..end];
    }
}

/// <summary>What one request makes a server ask of the system.</summary>
/// <param name="Files">Calls for files and folders, flushes not among them.</param>
/// <param name="Transfers">Calls that send to a connection or receive from it.</param>
/// <param name="Flushes">Calls that wait for the disk.</param>
/// <param name="Calls">All of them, for a message.</param>
internal sealed record Cost(double Files, double Transfers, double Flushes, string Calls);
