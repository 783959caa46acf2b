using System.Text.Json.Nodes;
using Berth.Cli;
using Berth.Scrubbing;
using Berth.Storage;
using Berth.Storage.FileSystem;
using Berth.Tests.Protocol;

namespace Berth.Tests.Scrubbing;

/// <summary>Scrubs that are ended, gone on with, held back, and started from the command line.</summary>
public sealed class ScrubRunTests : IDisposable
{
    private const string Repository = "library/app";

    private readonly TestTools.TemporaryFolder _folder = TestTools.TemporaryFolder.Create();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_run_that_is_killed_is_gone_on_with_and_reads_little_twice()
    {
        const int Blobs = 150;
        var objects = new FileSystemObjects(_folder.At("data"));
        var records = new ObjectRecords(objects);
        await using var registry = await TestRegistry.StartAsync(RegistryStorage.Over(objects, records));
        var client = new Client(registry.Client);
        for (var i = 0; i < Blobs; i++)
        {
            await client.PushBlobAsync(Repository, Client.RandomBytes(10));
        }
        var opened = 0;
        using var killed = new CancellationTokenSource();
        var interception = new Interception
        {
            Before = (name, _, _) =>
            {
                if (name == "Objects.OpenReadAsync" && Interlocked.Increment(ref opened) == 100)
                {
                    killed.Cancel();
                }
                return Task.CompletedTask;
            },
        };
        var storage = RegistryStorage.Over(
            new InterceptedObjects(objects, interception), new InterceptedRecords(records, interception));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Scrub.RunAsync(storage, new(), _ => { }, TimeProvider.System, killed.Token));
        var before = opened;
        var report = await Scrub.RunAsync(storage, new(), _ => { }, TimeProvider.System, CancellationToken.None);

        Assert.Equal((Blobs, 0), (report.Blobs, report.Damaged));
        Assert.InRange(before, 100, 128); // the second batch
        Assert.InRange(opened, Blobs, Blobs + 64); // what one batch has, at the most
        opened = 0;
        report = await Scrub.RunAsync(storage, new(), _ => { }, TimeProvider.System, CancellationToken.None);
        Assert.Equal((Blobs, Blobs), (report.Blobs, opened)); // nothing is left of the ended one
    }

    [Fact]
    public async Task Damage_is_told_by_the_run_that_finds_it_and_by_the_report_of_the_one_that_ends()
    {
        await using var registry = await ServeAsync();
        var client = new Client(registry.Client);
        var digests = new List<string>();
        for (var i = 0; i < 130; i++)
        {
            digests.Add(await client.PushBlobAsync(Repository, Client.RandomBytes(10)));
        }
        var first = digests.Order(StringComparer.Ordinal).First();
        foreach (var file in Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories))
        {
            if (Client.Digest(await File.ReadAllBytesAsync(file)) == first)
            {
                File.Delete(file);
            }
        }
        using var killed = new CancellationTokenSource();
        var told = new List<string>();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Scrub.RunAsync(
            registry.Storage, new(),
            finding =>
            {
                told.Add(finding.Digest);
                killed.Cancel();
            },
            TimeProvider.System, killed.Token));
        // The note of how far it came was not written: the batch is done again.
        var report = await Scrub.RunAsync(
            registry.Storage, new(), finding => told.Add(finding.Digest), TimeProvider.System, CancellationToken.None);

        Assert.Equal(first, Assert.Single(report.Findings).Digest);
        Assert.Equal([first, first], told);
        Assert.Equal(130, report.Blobs);
    }

    [Fact]
    public async Task No_more_bytes_are_read_in_a_second_than_may_be()
    {
        var time = new ManualTime();
        var pace = new BytePace(1000, time);

        Assert.True(pace.WaitAsync(500, default).IsCompleted);
        var second = pace.WaitAsync(1000, default);
        var third = pace.WaitAsync(1, default);
        time.Advance(TimeSpan.FromMilliseconds(499));
        Assert.False(second.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        await second;
        Assert.False(third.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        await third;
        time.Advance(TimeSpan.FromHours(1));
        Assert.True(pace.WaitAsync(1, default).IsCompleted); // what was not read then is not saved up
        Assert.False(pace.WaitAsync(1, default).IsCompleted);
    }

    [Fact]
    public async Task The_command_says_what_is_damaged_and_by_its_exit_code_that_something_is()
    {
        var content = Client.RandomBytes(5000);
        string digest;
        await using (var registry = await ServeAsync())
        {
            digest = await new Client(registry.Client).PushBlobAsync(Repository, content);
        }
        var whole = await RunAsync("scrub", "data");
        Assert.Equal(0, whole.Code);
        Assert.Matches(@"data: 1 blob and 0 manifests read \(4\.9 KiB\): nothing is damaged\s\z", whole.Output);
        Assert.Empty(whole.Error);
        var file = Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories)
            .Single(path => new FileInfo(path).Length == 5000);
        content[17] ^= 1;
        await File.WriteAllBytesAsync(file, content);

        var damaged = await RunAsync("scrub", "data", "--json", "--rate", "10MiB");

        Assert.Equal(3, damaged.Code);
        Assert.Equal($"berth: blob {digest}: its object holds other bytes; held by {Repository}", damaged.Error.Trim());
        var json = JsonNode.Parse(damaged.Output)!;
        Assert.Equal(1, (int)json["damaged"]!);
        Assert.Equal(digest, (string?)json["findings"]![0]!["digest"]);
        Assert.Equal(Repository, (string?)json["findings"]![0]!["repositories"]![0]);
    }

    [Theory]
    [InlineData("scrub nowhere", "there is no store of Berth in")]
    [InlineData("scrub data --rate fast", "--rate fast")]
    [InlineData("scrub data --together 0", "1 to 64")]
    [InlineData("scrub", "Required argument")]
    public async Task A_command_line_that_makes_no_sense_is_refused(string line, string why)
    {
        var run = await RunAsync(line.Split(' '));

        Assert.Equal(1, run.Code);
        Assert.Contains(why, run.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    private Task<TestRegistry> ServeAsync()
    {
        var objects = new FileSystemObjects(_folder.At("data"));
        return TestRegistry.StartAsync(RegistryStorage.Over(objects, objects));
    }

    private async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await BerthCommand.RunAsync(
            arguments,
            new() { Environment = new Dictionary<string, string>(), WorkingDirectory = _folder.Path, Output = output, Error = error },
            CancellationToken.None);
        return (code, output.ToString(), error.ToString());
    }

    /// <summary>A clock that a test moves, with its timers.</summary>
    private sealed class ManualTime : TimeProvider
    {
        private readonly List<(long Due, Action Fire)> _timers = [];
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _timers.Add((_now + dueTime.Ticks, () => callback(state)));
            return new NoTimer();
        }

        public void Advance(TimeSpan by)
        {
            _now += by.Ticks;
            var due = _timers.Where(timer => timer.Due <= _now).ToList();
            _timers.RemoveAll(due.Contains);
            due.ForEach(timer => timer.Fire());
        }

        private sealed class NoTimer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
