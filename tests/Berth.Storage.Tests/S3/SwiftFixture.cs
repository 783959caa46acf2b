using Amazon.Runtime;
using Amazon.S3;

namespace Berth.Storage.Tests.S3;

/// <summary>A bucket of its own, in the OpenStack Swift that the test assembly shares.</summary>
public sealed class SwiftFixture : IAsyncLifetime
{
    /// <summary>Why there is no Swift, or <see langword="null"/>.</summary>
    public string? Reason { get; private set; }

    public string Bucket { get; } = $"t{Guid.NewGuid():N}";

    /// <summary>The SDK without Berth's code around it, set as a server needs that knows no signed chunks.</summary>
    public AmazonS3Client Client { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        var swift = await Swift.SharedAsync();
        Reason = swift.Reason;
        if (Reason is not null)
            return;
        Client = new(new BasicAWSCredentials(Swift.AccessKeyId, Swift.SecretAccessKey), new AmazonS3Config
        {
            ServiceURL = swift.Endpoint.AbsoluteUri,
            AuthenticationRegion = Swift.Region,
            ForcePathStyle = true,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        });
        await Client.PutBucketAsync(Bucket);
    }

    public Task DisposeAsync()
    {
        Client?.Dispose();
        return Task.CompletedTask;
    }
}
