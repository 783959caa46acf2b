namespace Berth.Tests.Protocol;

/// <summary>Uploads that hold memory and do not move: others have to get on.</summary>
public abstract class StalledUploadTests(RegistryFixture fixture) : ProtocolTests(fixture)
{
    private const int Stalled = 12;
    private const int Sent = 1_000_000;

    [SkippableFact]
    public async Task An_upload_gets_on_while_others_have_stalled_with_all_the_memory()
    {
        // Twelve stalled megabytes against a budget of two.
        await using var registry = await Fixture.StartAsync(new RegistryOptions { UploadBufferSize = 2 * 1024 * 1024 });
        var client = new Client(registry.Client);
        var connections = new List<RawHttp>();
        try
        {
            for (var i = 0; i < Stalled; i++)
            {
                var location = await client.StartUploadAsync(Repository);
                var http = await RawHttp.ConnectAsync(registry);
                connections.Add(http);
                await http.SendHeadAsync("PATCH", location, $"Content-Length: {2 * Sent}");
                await http.SendAsync(Client.RandomBytes(Sent));
            }
            await registry.WaitForBytesAsync(Stalled * (long)Sent);

            var content = Client.RandomBytes(3_000_000);
            var digest = await client.PushBlobAsync(Repository, content);

            using var blob = await client.SendAsync("GET", $"/v2/{Repository}/blobs/{digest}");
            Assert.Equal(content, await blob.Content.ReadAsByteArrayAsync());
        }
        finally
        {
            connections.ForEach(http => http.Close(reset: true));
        }
    }
}

public sealed class StalledUploadOverMemory(MemoryRegistry registry)
    : StalledUploadTests(registry), IClassFixture<MemoryRegistry>;

public sealed class StalledUploadOverFolder(FolderRegistry registry)
    : StalledUploadTests(registry), IClassFixture<FolderRegistry>;

public sealed class StalledUploadOverAzure(AzureRegistry registry)
    : StalledUploadTests(registry), IClassFixture<AzureRegistry>;

public sealed class StalledUploadOverS3(S3Registry registry) : StalledUploadTests(registry), IClassFixture<S3Registry>;

public sealed class StalledUploadOverOss(OssRegistry registry)
    : StalledUploadTests(registry), IClassFixture<OssRegistry>;
