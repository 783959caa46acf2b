using Berth.Storage.S3;
using Berth.TestTools.ObjectServer;

namespace Berth.Tests.Protocol;

/// <summary>
/// A prefix of its own in the bucket of a strict S3 server, spoken to as to Amazon's. Its URLs are not signed, so that blobs
/// are streamed, as the tables of the protocol expect.
/// </summary>
public sealed class S3Registry : RegistryFixture
{
    private S3Server _server = null!;

    public override bool KeepsAttempts => false;

    protected override async Task<string?> PrepareAsync()
    {
        _server = await S3Server.StartAsync();
        return null;
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _server.DisposeAsync();
    }

    /// <summary>Options that reach a server as if it were Amazon's.</summary>
    internal static S3StorageOptions OptionsFor(S3Server server, string prefix = "") => new()
    {
        Bucket = server.Options.Bucket,
        Region = server.Options.Region,
        Endpoint = server.Endpoint,
        Prefix = prefix,
        AccessKeyId = server.Options.Credentials[0].AccessKeyId,
        SecretAccessKey = server.Options.Credentials[0].Secret,
        Checksums = S3Checksums.WhenSupported,
        ChunkEncoding = true,
        ConditionalDeletes = true,
    };

    protected override Stores CreateStores()
    {
        var bucket = new S3Bucket(OptionsFor(_server, $"{Guid.NewGuid():n}"), TimeProvider.System);
        return new(new InterceptedObjects(new S3Objects(bucket), new()), new S3VersionedObjects(bucket));
    }
}
