using Berth.Storage.S3;
using Berth.TestTools.ObjectServer;
using S3Objects = Berth.Storage.S3.S3Objects;

namespace Berth.Storage.Tests.S3;

/// <summary>A strict S3 server and a provider over it, with the settings that suit any server.</summary>
public class S3Fixture : IAsyncLifetime
{
    public S3Server Server { get; private set; } = null!;

    public S3Objects Objects { get; private set; } = null!;

    public IVersionedObjects Records { get; private set; } = null!;

    /// <summary>What the server is like.</summary>
    protected virtual S3ServerOptions ServerOptions => new() { UnderstandsChunks = false, UnderstandsChecksums = false, DeleteConditions = ConditionSupport.Ignored };

    /// <summary>How the provider is told to speak to it.</summary>
    protected virtual S3StorageOptions Adjust(S3StorageOptions options) => options;

    /// <summary>Options that reach a server.</summary>
    public static S3StorageOptions OptionsFor(S3Server server) => new()
    {
        Bucket = server.Options.Bucket,
        Region = server.Options.Region,
        Endpoint = server.Endpoint,
        Prefix = "registry/one",
        AccessKeyId = server.Options.Credentials[0].AccessKeyId,
        SecretAccessKey = server.Options.Credentials[0].Secret,
    };

    public async Task InitializeAsync()
    {
        Server = await S3Server.StartAsync(ServerOptions);
        var bucket = new S3Bucket(Adjust(OptionsFor(Server)), TimeProvider.System);
        Objects = new(bucket);
        Records = S3Storage.RecordsOf(bucket);
    }

    public async Task DisposeAsync() => await Server.DisposeAsync();
}

/// <summary>The same as Amazon's.</summary>
public sealed class S3FullFixture : S3Fixture
{
    protected override S3ServerOptions ServerOptions => new();

    protected override S3StorageOptions Adjust(S3StorageOptions options) => options with
    {
        Checksums = S3Checksums.WhenSupported,
        ChunkEncoding = true,
        ConditionalDeletes = true,
        ServerSideEncryption = S3Encryption.Aes256,
        StorageClass = "INTELLIGENT_TIERING",
    };
}

/// <summary>One that ignores conditions.</summary>
public sealed class S3WithoutConditionsFixture : S3Fixture
{
    protected override S3ServerOptions ServerOptions => new()
    {
        WriteConditions = ConditionSupport.Ignored,
        CreateConditions = ConditionSupport.Ignored,
        DeleteConditions = ConditionSupport.Ignored,
    };

    protected override S3StorageOptions Adjust(S3StorageOptions options) => options with { AllowUnconditionalWrites = true };
}

/// <summary>One that compares ETags with the quotes around them, as Ceph up to version 18 does.</summary>
public sealed class S3WithBareETagsFixture : S3Fixture
{
    protected override S3ServerOptions ServerOptions => new()
    {
        ETagQuotes = ETagQuotes.Compared,
        DeleteConditions = ConditionSupport.Ignored,
    };
}

/// <summary>One that insists on quotes.</summary>
public sealed class S3WithQuotedETagsFixture : S3Fixture
{
    protected override S3ServerOptions ServerOptions => new() { ETagQuotes = ETagQuotes.Required };

    protected override S3StorageOptions Adjust(S3StorageOptions options) => options with { ConditionalDeletes = true };
}
