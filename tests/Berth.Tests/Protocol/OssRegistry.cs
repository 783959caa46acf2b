using Berth.Storage.Oss;
using Berth.TestTools.ObjectServer;
using Microsoft.Extensions.Logging.Abstractions;

namespace Berth.Tests.Protocol;

/// <summary>
/// A prefix of its own in the bucket of a strict OSS server. Its URLs are not signed, so that blobs are streamed, as the
/// tables of the protocol expect.
/// </summary>
public sealed class OssRegistry : RegistryFixture
{
    private OssServer _server = null!;

    public override bool KeepsAttempts => false;

    protected override async Task<string?> PrepareAsync()
    {
        _server = await OssServer.StartAsync();
        return null;
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _server.DisposeAsync();
    }

    internal static OssStorageOptions OptionsFor(OssServer server, string prefix = "") => new()
    {
        Bucket = server.Options.Bucket,
        Region = server.Options.Region,
        Endpoint = server.Endpoint.GetLeftPart(UriPartial.Authority),
        Prefix = prefix,
        AccessKeyId = server.Options.Credentials[0].AccessKeyId,
        AccessKeySecret = server.Options.Credentials[0].Secret,
    };

    protected override Stores CreateStores()
    {
        var bucket = new OssBucket(OptionsFor(_server, $"{Guid.NewGuid():n}"), TimeProvider.System);
        return new(
            new InterceptedObjects(new OssObjects(bucket), new()), new OssRecords(bucket, NullLogger.Instance));
    }
}
