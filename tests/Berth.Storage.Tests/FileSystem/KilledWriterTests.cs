using System.Diagnostics;
using Berth.Storage.FileSystem;

namespace Berth.Storage.Tests.FileSystem;

/// <summary>A process of its own writes until it is killed; see <see cref="KilledWriter"/>.</summary>
public sealed class KilledWriterTests : IDisposable
{
    private const int Acknowledgements = 30;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task After_a_kill_every_object_is_whole_and_every_answered_write_is_there()
    {
        var answered = await RunUntilKilledAsync();

        var store = new FileSystemObjects(_folder.Root);
        var keys = (await store.ListAsync("", null, 1000, CancellationToken.None)).Items;
        Assert.Empty(answered.Except(keys));
        foreach (var key in keys)
        {
            Data.AssertSame(KilledWriter.ContentOf(key), await store.ReadToEndAsync(key));
        }

        // And its locks died with it.
        foreach (var key in keys.Take(5))
        {
            Assert.True(await store.DeleteAsync(key, null, CancellationToken.None));
        }
    }

    private async Task<List<string>> RunUntilKilledAsync()
    {
        var host = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet"
            ? path
            : "dotnet";
        var start = new ProcessStartInfo(host)
        {
            ArgumentList = { "exec", typeof(KilledWriter).Assembly.Location, KilledWriter.Command, _folder.Root },
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var answered = new List<string>();
        try
        {
            while (answered.Count < Acknowledgements && await process.StandardOutput.ReadLineAsync() is { } line)
            {
                answered.Add(line);
            }
        }
        finally
        {
            process.Kill();
        }

        // What it had written to the pipe was answered too.
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            answered.Add(line);
        }

        await process.WaitForExitAsync();
        Assert.InRange(answered.Count, Acknowledgements, int.MaxValue);
        return answered.Where(line => line.EndsWith(KilledWriter.EndOfLine)).Select(line => line[..^1]).ToList();
    }
}
