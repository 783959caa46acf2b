using Berth.Collection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Berth.Guarantees.Tests.Model;

/// <summary>Collections of garbage: what they may take, what they must leave, and that in the end they take it all.</summary>
internal sealed partial class World
{
    /// <summary>How long a blob is promised to whoever was told that it is there.</summary>
    private static readonly TimeSpan Promise = TimeSpan.FromHours(24);

    /// <summary>Passes after which nothing is left that could be marked or removed.</summary>
    private const int Passes = 8;

    private bool _hasCollected;

    /// <summary>Collects, and learns what is gone of that which nothing uses: of the rest the model goes on to expect all.</summary>
    private async Task CollectAsync()
    {
        if (_place.IsRemote && _hasCollected)
            return; // hundreds of requests: once in a sequence is enough
        _hasCollected = true;
        await using (var collector = new Collector(
            _open(), new() { CallsPerSecond = 0 }, isDry: false, _time, NullLogger<Collector>.Instance))
        {
            var report = await collector.RunAsync(
                _time.GetUtcNow() + TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), CancellationToken.None);
            Assert.True(report.IsComplete, "a collection did not come to its end");
        }
        _trace.Add("collected");
        var now = _time.GetUtcNow();
        foreach (var (name, repository) in _model.Repositories)
        {
            foreach (var digest in repository.Blobs.Keys.ToList())
            {
                if (!repository.IsNamed(digest) && now - repository.Assured[digest] >= Promise)
                    await LearnAsync($"/v2/{name}/blobs/{digest}", () => repository.Blobs.Remove(digest));
            }
        }
        foreach (var upload in _slots)
        {
            if (upload is { IsLive: true } && now - upload.Changed >= TimeSpan.FromDays(7))
                await LearnAsync(upload.Path, () => upload.IsLive = false);
        }
    }

    private async Task LearnAsync(string path, Action forget)
    {
        var answer = await SendAsync(0, "GET", path);
        if (answer.Status == 404)
            forget();
    }

    /// <summary>Lets all grace pass, and looks at what is left: what manifests need, and nothing else.</summary>
    public async Task CheckGarbageAsync()
    {
        for (var pass = 0; pass < Passes; pass++)
        {
            _time.Pass(TimeSpan.FromHours(pass == 0 ? 200 : 26));
            await CollectAsync();
        }
        foreach (var (name, repository) in _model.Repositories)
            Assert.All(repository.Blobs.Keys, digest => Assert.True(repository.IsNamed(digest), $"{name} still holds {digest}"));
        await CheckAllAsync();

        var large = _model.Repositories.Values.Sum(one => one.Manifests.Values.Count(manifest => manifest.Bytes.Length > 65536));
        var blobs = _model.Repositories.Values.SelectMany(one => one.Blobs.Keys).Distinct().Count();
        Assert.Equal(blobs, await CountAsync("objects/"));
        Assert.Equal(0, await CountAsync("tails/"));
        Assert.Equal(large, await CountAsync("manifests/"));

        async Task<int> CountAsync(string prefix) =>
            (await _open().Objects.ListAsync(prefix, null, 1000, CancellationToken.None)).Items.Count;
    }
}
