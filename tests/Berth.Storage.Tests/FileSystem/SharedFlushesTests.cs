using System.Collections.Concurrent;
using Berth.Storage.FileSystem;

namespace Berth.Storage.Tests.FileSystem;

/// <summary>Whoever waits for a flush waits for one that began after the call, and shares it.</summary>
public sealed class SharedFlushesTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentQueue<string> _begun = [];
    private readonly SemaphoreSlim _begins = new(0);
    private readonly SemaphoreSlim _ends = new(0);
    private readonly SharedFlushes _flushes;
    private Exception? _fault;

    public SharedFlushesTests() => _flushes = new(folder =>
    {
        _begun.Enqueue(folder);
        var fault = _fault;
        _begins.Release();
        Assert.True(_ends.Wait(Patience));
        if (fault is not null)
        {
            throw fault;
        }
    });

    public void Dispose()
    {
        _begins.Dispose();
        _ends.Dispose();
    }

    [Fact]
    public async Task All_who_ask_while_a_flush_is_running_share_the_next_one()
    {
        var first = _flushes.FlushAsync("a");
        await BegunAsync();
        Task[] later = [.. Enumerable.Range(0, 5).Select(_ => _flushes.FlushAsync("a"))];

        _ends.Release();
        await first.WaitAsync(Patience);
        await BegunAsync();
        Assert.DoesNotContain(later, flush => flush.IsCompleted);

        _ends.Release();
        await Task.WhenAll(later).WaitAsync(Patience);
        Assert.Equal(["a", "a"], _begun);
    }

    [Fact]
    public async Task Each_of_two_in_turn_gets_a_flush_of_its_own()
    {
        _ends.Release(2);
        await _flushes.FlushAsync("a").WaitAsync(Patience);
        await _flushes.FlushAsync("a").WaitAsync(Patience);
        Assert.Equal(["a", "a"], _begun);
    }

    [Fact]
    public async Task A_folder_does_not_wait_for_another()
    {
        var one = _flushes.FlushAsync("a");
        var other = _flushes.FlushAsync("b");
        await BegunAsync();
        await BegunAsync();
        _ends.Release(2);
        await Task.WhenAll(one, other).WaitAsync(Patience);
        Assert.Equal(["a", "b"], _begun.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_flush_that_fails_fails_all_who_share_it_and_nobody_else()
    {
        var first = _flushes.FlushAsync("a");
        await BegunAsync();
        _fault = new IOException("the disk is gone");
        Task[] later = [_flushes.FlushAsync("a"), _flushes.FlushAsync("a")];
        _ends.Release();
        await first.WaitAsync(Patience);
        await BegunAsync();
        _fault = null;
        _ends.Release(2);
        foreach (var flush in later)
        {
            await Assert.ThrowsAsync<IOException>(() => flush.WaitAsync(Patience));
        }

        await _flushes.FlushAsync("a").WaitAsync(Patience);
    }

    private async Task BegunAsync() => Assert.True(await _begins.WaitAsync(Patience));
}
