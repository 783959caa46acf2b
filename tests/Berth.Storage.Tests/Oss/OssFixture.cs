using Berth.Storage.Oss;
using Berth.TestTools.ObjectServer;
using Microsoft.Extensions.Logging.Abstractions;
using OssObjects = Berth.Storage.Oss.OssObjects;

namespace Berth.Storage.Tests.Oss;

/// <summary>A strict OSS server and a provider over it.</summary>
public class OssFixture : IAsyncLifetime
{
    public OssServer Server { get; private set; } = null!;

    public OssObjects Objects { get; private set; } = null!;

    public IRecordStore Records { get; private set; } = null!;

    /// <summary>Options that reach a server.</summary>
    public static OssStorageOptions OptionsFor(OssServer server) => new()
    {
        Bucket = server.Options.Bucket,
        Region = server.Options.Region,
        Endpoint = server.Endpoint.AbsoluteUri,
        Prefix = "registry/one",
        AccessKeyId = server.Options.Credentials[0].AccessKeyId,
        AccessKeySecret = server.Options.Credentials[0].Secret,
        SecurityToken = server.Options.Credentials[0].Token,
    };

    /// <summary>Another instance over the same server.</summary>
    internal OssBucket NewBucket(TimeProvider? time = null) => new(Adjust(OptionsFor(Server)), time ?? TimeProvider.System);

    public async Task InitializeAsync()
    {
        Server = await OssServer.StartAsync();
        Prepare(Server);
        var bucket = NewBucket();
        Objects = new(bucket);
        Records = new OssRecords(bucket, NullLogger.Instance);
    }

    public async Task DisposeAsync() => await Server.DisposeAsync();

    protected virtual void Prepare(OssServer server)
    {
    }

    /// <summary>How the provider is told to speak to it.</summary>
    protected virtual OssStorageOptions Adjust(OssStorageOptions options) => options;
}

/// <summary>The bucket's own host name, no prefix, and credentials as STS gives them.</summary>
public sealed class OssByHostFixture : OssFixture
{
    /// <summary>Instances that take turns.</summary>
    public IRecordStore RecordsOfInstances => new TurnTakingRecords(
        [.. Enumerable.Range(0, 3).Select(_ => new OssRecords(NewBucket(), NullLogger.Instance))]);

    protected override void Prepare(OssServer server)
    {
        server.Options.Credentials.Clear();
        server.Options.Credentials.Add(new("STS.TEST", "temporary+secret/", "token/of+sts="));
    }

    protected override OssStorageOptions Adjust(OssStorageOptions options) => options with
    {
        Prefix = "",
        Endpoint = $"http://{Server.Options.OwnHost}:{Server.Endpoint.Port}",
        PublicEndpoint = $"http://{Server.Options.OwnHost}:{Server.Endpoint.Port}",
    };
}
