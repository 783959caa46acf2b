using Berth.TestTools.ObjectServer;
using Berth.TestTools.Proxies;

namespace Berth.Guarantees.Tests.Faults;

/// <summary>A place of its own in a store that all cases share, reached through proxies with a script of its own.</summary>
internal sealed class StoreBehindProxy : IAsyncDisposable
{
    private readonly List<FaultProxy> _proxies = [];

    private StoreBehindProxy(FaultScript script) => Script = script;

    public FaultScript Script { get; }

    public StorePlace Place { get; private set; } = null!;

    public static async Task<StoreBehindProxy> OpenAsync(TestStores stores, string store, FaultScript script)
    {
        var behind = new StoreBehindProxy(script);
        var name = $"t{Guid.NewGuid():N}";
        behind.Place = store switch
        {
            StorePlace.Azure => new(
                store, await behind.ProxyAsync(stores.Azurite.BlobEndpoint, ServiceDialect.AzureBlobs),
                await behind.ProxyAsync(stores.Azurite.TableEndpoint, ServiceDialect.AzureTables), name),
            StorePlace.S3 => new(store, await behind.ProxyAsync(stores.S3.Endpoint, ServiceDialect.S3), null, name),
            _ => new(store, await behind.ProxyAsync(stores.Oss.Endpoint, ServiceDialect.Oss), null, name),
        };
        return behind;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var proxy in _proxies)
            await proxy.DisposeAsync();
    }

    private async Task<Uri> ProxyAsync(Uri upstream, ServiceDialect dialect)
    {
        var proxy = await FaultProxy.StartAsync(upstream, Script, dialect);
        _proxies.Add(proxy);
        return proxy.Endpoint;
    }
}

/// <summary>The stores, started once for all cases.</summary>
public sealed class TestStores : IAsyncLifetime
{
    public Azurite Azurite { get; private set; } = null!;

    public S3Server S3 { get; private set; } = null!;

    public OssServer Oss { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Azurite = await Azurite.SharedAsync();
        S3 = await S3Server.StartAsync(new()
        {
            UnderstandsChunks = false,
            UnderstandsChecksums = false,
            DeleteConditions = ConditionSupport.Ignored,
        });
        Oss = await OssServer.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await S3.DisposeAsync();
        await Oss.DisposeAsync();
    }
}
