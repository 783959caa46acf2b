using Berth.Storage;
using Berth.Storage.Azure;
using Berth.Storage.Oss;
using Berth.Storage.S3;
using Berth.TestTools.ObjectServer;
using Berth.TestTools.Proxies;
using Microsoft.Extensions.Logging.Abstractions;

namespace Berth.Guarantees.Tests.Faults;

/// <summary>A place of its own in a store that all cases share, reached through proxies with a script of its own.</summary>
internal sealed class StoreBehindProxy : IAsyncDisposable
{
    private readonly List<FaultProxy> _proxies = [];

    private StoreBehindProxy(FaultScript script) => Script = script;

    public FaultScript Script { get; }

    public RegistryStorage Storage { get; private set; } = null!;

    public static async Task<StoreBehindProxy> OpenAsync(Stores stores, string store, FaultScript script)
    {
        var place = new StoreBehindProxy(script);
        var name = $"t{Guid.NewGuid():N}";
        place.Storage = store switch
        {
            "azure" => await place.OpenAzureAsync(stores.Azurite, name),
            "s3" => await place.OpenS3Async(stores.S3, name),
            _ => await place.OpenOssAsync(stores.Oss, name),
        };
        return place;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var proxy in _proxies)
            await proxy.DisposeAsync();
    }

    private async Task<RegistryStorage> OpenAzureAsync(Azurite azurite, string name)
    {
        var blobs = await ProxyAsync(azurite.BlobEndpoint, ServiceDialect.AzureBlobs);
        var tables = await ProxyAsync(azurite.TableEndpoint, ServiceDialect.AzureTables);
        var options = new AzureStorageOptions
        {
            ConnectionString = $"DefaultEndpointsProtocol=http;AccountName={Azurite.Account};AccountKey={Azurite.AccountKey};"
                + $"BlobEndpoint={blobs};TableEndpoint={tables};",
            Container = name,
            Table = name,
        };
        return AzureStorage.Open(options, TimeProvider.System, NullLogger.Instance);
    }

    private async Task<RegistryStorage> OpenS3Async(S3Server server, string name)
    {
        var options = new S3StorageOptions
        {
            Bucket = server.Options.Bucket,
            Region = server.Options.Region,
            Endpoint = await ProxyAsync(server.Endpoint, ServiceDialect.S3),
            Prefix = name,
            AccessKeyId = server.Options.Credentials[0].AccessKeyId,
            SecretAccessKey = server.Options.Credentials[0].Secret,
        };
        return S3Storage.Open(options, HastyTime.Instance, NullLogger.Instance);
    }

    private async Task<RegistryStorage> OpenOssAsync(OssServer server, string name)
    {
        var options = new OssStorageOptions
        {
            Bucket = server.Options.Bucket,
            Region = server.Options.Region,
            Endpoint = (await ProxyAsync(server.Endpoint, ServiceDialect.Oss)).AbsoluteUri,
            Prefix = name,
            AccessKeyId = server.Options.Credentials[0].AccessKeyId,
            AccessKeySecret = server.Options.Credentials[0].Secret,
        };
        return OssStorage.Open(options, HastyTime.Instance, NullLogger.Instance);
    }

    private async Task<Uri> ProxyAsync(Uri upstream, ServiceDialect dialect)
    {
        var proxy = await FaultProxy.StartAsync(upstream, Script, dialect);
        _proxies.Add(proxy);
        return proxy.Endpoint;
    }

    /// <summary>A clock whose short waits are over at once: those between a provider's tries.</summary>
    private sealed class HastyTime : TimeProvider
    {
        private static readonly TimeSpan Short = TimeSpan.FromSeconds(2);

        public static HastyTime Instance { get; } = new();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(callback, state, dueTime < Short && dueTime > TimeSpan.Zero ? TimeSpan.Zero : dueTime, period);
    }
}

/// <summary>The stores, started once for all cases.</summary>
public sealed class Stores : IAsyncLifetime
{
    public Azurite Azurite { get; private set; } = null!;

    public S3Server S3 { get; private set; } = null!;

    public OssServer Oss { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Azurite = await Azurite.SharedAsync();
        S3 = await S3Server.StartAsync(new()
        {
            UnderstandsChunks = false, UnderstandsChecksums = false, DeleteConditions = ConditionSupport.Ignored,
        });
        Oss = await OssServer.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await S3.DisposeAsync();
        await Oss.DisposeAsync();
    }
}
