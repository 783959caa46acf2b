using Berth.Collection;
using Berth.Hosting;
using Berth.Storage;
using Berth.Tests.Auth;
using Berth.Tests.Protocol;
using Microsoft.Extensions.Logging;

namespace Berth.Tests.Collection;

/// <summary>The collector of a host: when it runs, with whom, and what it does about trouble.</summary>
public sealed class HostedCollectorTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <summary>So short that three collections, which a blob needs, follow each other at once.</summary>
    private static readonly CollectionOptions Quick =
        new() { Grace = TimeSpan.Zero, Interval = TimeSpan.FromMilliseconds(20), CallsPerSecond = 0 };

    private readonly MemoryObjects _objects = new();
    private readonly MemoryRecords _records = new();
    private readonly Interception _interception = new();
    private readonly RecordingLogger _log = new();

    [Fact]
    public async Task It_collects_again_and_again_until_it_is_told_to_stop()
    {
        await using var registry = await TestRegistry.StartAsync(Open());
        var kept = await PushAsync(registry, "kept");
        await PushAsync(registry, "goes", deleted: true);
        using var stop = new CancellationTokenSource();

        var running = Create(Quick).RunAsync(stop.Token);
        await AssertBecomesAsync(kept.Count);
        await PushAsync(registry, "goes too", deleted: true);
        await AssertBecomesAsync(kept.Count);
        await stop.CancelAsync();

        await running.WaitAsync(Deadline);
        await AssertServedAsync(registry, kept);
        Assert.DoesNotContain(_log.Lines, line => line.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task Two_over_one_store_collect_what_one_would()
    {
        await using var registry = await TestRegistry.StartAsync(Open());
        var kept = await PushAsync(registry, "kept");
        for (var i = 0; i < 5; i++)
        {
            await PushAsync(registry, $"goes-{i}", deleted: true);
        }

        using var stop = new CancellationTokenSource();
        Task[] running = [Create(Quick).RunAsync(stop.Token), Create(Quick).RunAsync(stop.Token)];
        await AssertBecomesAsync(kept.Count);
        await stop.CancelAsync();

        await Task.WhenAll(running).WaitAsync(Deadline);
        await AssertServedAsync(registry, kept);
        Assert.DoesNotContain(_log.Lines, line => line.Level >= LogLevel.Warning);
        // Each object was deleted by one of both.
        Assert.Equal(10L, _log.Lines.Sum(line => (long?)line.Values.GetValueOrDefault("Blobs") ?? 0));
    }

    [Fact]
    public async Task What_is_not_due_is_left_alone()
    {
        await using var registry = await TestRegistry.StartAsync(Open());
        await PushAsync(registry, "goes", deleted: true);
        var options = Quick with { Interval = TimeSpan.FromDays(1) };
        Assert.True(await Create(options).CollectAsync(Deadline, default));
        _interception.Restart();
        var calls = 0;
        _interception.Before = (name, _, number) =>
        {
            Assert.Equal("Records.GetAsync", name);
            calls = number;
            return Task.CompletedTask;
        };

        Assert.True(await Create(options).CollectAsync(Deadline, default));

        Assert.InRange(calls, 1, 50);
    }

    [Fact]
    public async Task A_store_in_trouble_is_told_and_tried_again()
    {
        await using var registry = await TestRegistry.StartAsync(Open());
        await PushAsync(registry, "goes", deleted: true);
        var faults = 5;
        _interception.Before = (name, _, _) => name == "Records.ListTreeAsync" && Interlocked.Decrement(ref faults) >= 0
            ? throw new StorageException("The store is in trouble.")
            : Task.CompletedTask;
        using var stop = new CancellationTokenSource();

        var running = Create(Quick).RunAsync(stop.Token);
        await AssertBecomesAsync(0);
        await stop.CancelAsync();

        await running.WaitAsync(Deadline);
        Assert.Equal(5, _log.Lines.Count(line => line.Level == LogLevel.Error && line.Exception is StorageException));
    }

    [Fact]
    public async Task It_stops_in_the_middle_of_a_call_and_another_goes_on_where_it_was()
    {
        await using var registry = await TestRegistry.StartAsync(Open());
        var kept = await PushAsync(registry, "kept");
        await PushAsync(registry, "goes", deleted: true);
        using var stop = new CancellationTokenSource();
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // As a store that does not answer: the call ends with the token.
        _interception.Before = (name, _, _) =>
        {
            if (name != "Records.ListTreeAsync")
            {
                return Task.CompletedTask;
            }

            reached.TrySetResult();
            return Task.Delay(Timeout.Infinite, stop.Token);
        };
        var stopped = Create(Quick).RunAsync(stop.Token);
        await reached.Task.WaitAsync(Deadline);
        await stop.CancelAsync();
        await stopped.WaitAsync(Deadline);
        _interception.Before = (_, _, _) => Task.CompletedTask;

        // The shard that it worked on is its own for half a minute more, and nobody else's.
        Assert.False(await Create(Quick, new SetTime { Now = TimeProvider.System.GetUtcNow() }).CollectAsync(Deadline, default));
        for (var minutes = 1; minutes < 5; minutes++)
        {
            var later = new SetTime { Now = TimeProvider.System.GetUtcNow().AddMinutes(minutes) };
            Assert.True(await Create(Quick, later).CollectAsync(Deadline, default));
        }

        Assert.Equal(kept.Count, await CountAsync());
        await AssertServedAsync(registry, kept);
    }

    [Fact]
    public async Task Switched_off_it_makes_no_call()
    {
        _interception.Before = (_, _, _) => throw new InvalidOperationException("A call.");

        await Create(Quick with { Enabled = false }).RunAsync(default).WaitAsync(Deadline);

        Assert.Empty(_log.Lines);
    }

    private RegistryStorage Open() => RegistryStorage.Over(
        new InterceptedObjects(_objects, _interception), new InterceptedRecords(_records, _interception));

    private HostedCollector Create(CollectionOptions options, TimeProvider? time = null) =>
        new(Open(), options, time ?? TimeProvider.System, _log);

    private async Task<int> CountAsync() => (await _objects.ListAsync("", null, 1000, default)).Items.Count;

    /// <summary>Waits until there are so many objects.</summary>
    private async Task AssertBecomesAsync(int objects)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (await CountAsync() != objects)
        {
            await Task.Delay(5, deadline.Token);
        }
    }

    /// <summary>Pushes an image of two blobs, and deletes it again or not.</summary>
    private static async Task<IReadOnlyList<string>> PushAsync(TestRegistry registry, string tag, bool deleted = false)
    {
        var client = new Client(registry.Client);
        var (config, layer) = (Client.RandomBytes(50), Client.RandomBytes(5000));
        List<string> blobs = [await client.PushBlobAsync("test/app", config), await client.PushBlobAsync("test/app", layer)];
        var digest = await client.PushManifestAsync("test/app", tag.Replace(' ', '-'), Client.Image(
            Client.Descriptor(Client.OciConfig, config), [Client.Descriptor(Client.OciLayer, layer)]));
        if (deleted)
        {
            using var answer = await client.SendAsync("DELETE", $"/v2/test/app/manifests/{digest}");
            Assert.Equal(System.Net.HttpStatusCode.Accepted, answer.StatusCode);
        }

        return blobs;
    }

    private static async Task AssertServedAsync(TestRegistry registry, IReadOnlyList<string> blobs)
    {
        foreach (var blob in blobs)
        {
            using var answer = await new Client(registry.Client).SendAsync("GET", $"/v2/test/app/blobs/{blob}");
            Assert.Equal(blob, Client.Digest(await answer.Content.ReadAsByteArrayAsync()));
        }
    }
}
