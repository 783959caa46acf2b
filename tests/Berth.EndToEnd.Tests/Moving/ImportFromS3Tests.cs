using System.Text.Json.Nodes;
using Amazon.Runtime;
using Amazon.S3;
using Berth.EndToEnd.Tests.Content;
using Berth.EndToEnd.Tests.Processes;
using Xunit.Abstractions;

namespace Berth.EndToEnd.Tests.Moving;

/// <summary>
/// Debian's docker-registry keeps its data in a bucket of OpenStack Swift, with its own S3 driver; Berth takes it from there.
/// </summary>
public sealed class ImportFromS3Tests(EndToEndFixture fixture, ITestOutputHelper output) : MovingTest(fixture, output)
{
    private const string Root = "old/registry";

    private readonly string _bucket = $"move-{Guid.NewGuid():n}";
    private SortedDictionary<string, byte[]> _before = null!;
    private Dictionary<string, Sample> _samples = null!;

    private string Source => $"s3://{_bucket}/{Root}";

    // One test, as the old registry takes long to fill a bucket.
    [SkippableFact]
    public async Task Its_data_is_copied_into_a_folder_or_adopted_where_it_is_but_not_from_elsewhere()
    {
        await PushToBucketAsync();

        var refused = await TryMoveAsync("import", Source, "--to", $"s3://{_bucket}/elsewhere", "--adopt");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("--adopt: ", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Swift.SecretAccessKey, refused.ToString(), StringComparison.Ordinal);

        string[] copy = ["import", Source, "--to", Destination, "--json"];
        Assert.Equal(0, (int)BerthTool.Json(await MoveAsync(copy))["leftOut"]!);
        await AssertMovedAsync(await StartServerAsync());
        Assert.Equal(0, (long)BerthTool.Json(await MoveAsync(copy))["blobs"]!["readBytes"]!);

        var adopted = BerthTool.Json(await MoveAsync("import", Source, "--to", Source, "--adopt", "--json"));
        Assert.Equal(0, (int)adopted["leftOut"]!);
        Assert.Equal(0, (int)adopted["blobs"]!["copied"]!);
        Assert.InRange((int)adopted["blobs"]!["adopted"]!, _samples.Count, 1000);
        await AssertMovedAsync(await StartServerAsync(new Dictionary<string, string>(
            Variables.Select(variable => KeyValuePair.Create(variable.Key, variable.Value!)))
        {
            ["Berth__Storage__Provider"] = "s3",
            ["Berth__Storage__S3__Bucket"] = _bucket,
            ["Berth__Storage__S3__Prefix"] = Root,
        }));
    }

    private async Task AssertMovedAsync(BerthServer server)
    {
        AssertSame(_before, await ReadAllAsync(server.Address));
        await AssertPulledAsync(_samples, server);
    }

    /// <summary>Lets the old registry fill a bucket, and keeps what it then answers.</summary>
    private async Task PushToBucketAsync()
    {
        var swift = await Swift.SharedAsync();
        Skip.If(swift.Reason is not null, swift.Reason);
        foreach (var (name, value) in ((string, string)[])
        [
            ("Endpoint", swift.Endpoint.AbsoluteUri), ("Region", Swift.Region), ("AccessKeyId", Swift.AccessKeyId),
            ("SecretAccessKey", Swift.SecretAccessKey),
            ("AllowUnconditionalWrites", "true"), // Swift has no conditions
        ])
        {
            Variables[$"Berth__Storage__S3__{name}"] = value;
        }

        await CreateBucketAsync(swift.Endpoint);
        await using var docker = await StartDockerRegistryAsync("s3", new JsonObject
        {
            ["accesskey"] = Swift.AccessKeyId,
            ["secretkey"] = Swift.SecretAccessKey,
            ["region"] = Swift.Region,
            ["regionendpoint"] = swift.Endpoint.AbsoluteUri,
            ["bucket"] = _bucket,
            ["rootdirectory"] = "/" + Root,
            ["secure"] = false,
        });
        _samples = await PushSamplesAsync(docker.Host);
        _before = await ReadAllAsync(docker.Address);
    }

    private async Task CreateBucketAsync(Uri swift)
    {
        using var client = new AmazonS3Client(
            new BasicAWSCredentials(Swift.AccessKeyId, Swift.SecretAccessKey), new AmazonS3Config
            {
                ServiceURL = swift.AbsoluteUri,
                AuthenticationRegion = Swift.Region,
                ForcePathStyle = true,
                RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
                ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            });
        await client.PutBucketAsync(_bucket);
    }
}
