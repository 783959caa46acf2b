using Amazon.Runtime;
using Amazon.S3;
using Berth.Storage.S3;
using S3Objects = Berth.Storage.S3.S3Objects;

namespace Berth.Storage.Tests.S3;

/// <summary>A bucket of its own, in the OpenStack Swift that the test assembly shares.</summary>
public sealed class SwiftFixture : IAsyncLifetime
{
    /// <summary>Why there is no Swift, or <see langword="null"/>.</summary>
    public string? Reason { get; private set; }

    /// <summary>How a provider reaches the bucket, and no more.</summary>
    public S3StorageOptions Options { get; private set; } = null!;

    public S3Objects? Objects { get; private set; }

    /// <summary>Without conditions, which Swift has not.</summary>
    public IVersionedObjects? Records { get; private set; }

    /// <summary>The SDK without Berth's code around it, set as a server needs that knows no signed chunks.</summary>
    public AmazonS3Client Client { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        var swift = await Swift.SharedAsync();
        Reason = swift.Reason;
        if (Reason is not null)
            return;
        Options = new()
        {
            Endpoint = swift.Endpoint,
            Bucket = $"t{Guid.NewGuid():N}",
            AccessKeyId = Swift.AccessKeyId,
            SecretAccessKey = Swift.SecretAccessKey,
            Prefix = "registry/one",
        };
        Client = new(new BasicAWSCredentials(Swift.AccessKeyId, Swift.SecretAccessKey), new AmazonS3Config
        {
            ServiceURL = swift.Endpoint.AbsoluteUri,
            AuthenticationRegion = Swift.Region,
            ForcePathStyle = true,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        });
        await Client.PutBucketAsync(Options.Bucket);

        var bucket = new S3Bucket(Options with { AllowUnconditionalWrites = true }, TimeProvider.System);
        Objects = new(bucket);
        Records = S3Storage.RecordsOf(bucket);
    }

    public Task DisposeAsync()
    {
        Client?.Dispose();
        return Task.CompletedTask;
    }
}
