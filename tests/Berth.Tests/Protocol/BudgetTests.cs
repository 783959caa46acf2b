namespace Berth.Tests.Protocol;

/// <summary>How many storage calls a request may make, cold: each one is time and money.</summary>
public abstract class BudgetTests(RegistryFixture fixture) : ProtocolTests(fixture)
{
    [SkippableTheory]
    [InlineData("latest", 2)]
    [InlineData("digest", 1)]
    public async Task Pulling_a_manifest(string reference, int budget)
    {
        var digest = await Client.PushManifestAsync(Repository, "latest", await Client.PrepareImageAsync(Repository));
        foreach (var method in new[] { "GET", "HEAD" })
        {
            (await AssertStatusAsync(200, Client.SendAsync(
                method, $"/v2/{Repository}/manifests/{(reference == "digest" ? digest : reference)}"))).Dispose();

            Assert.InRange((await LineAsync("end-3", method)).StorageCalls, 1, budget);
        }
    }

    [SkippableFact]
    public async Task Pulling_a_blob()
    {
        var digest = await Client.PushBlobAsync(Repository, Client.RandomBytes(100_000));
        (await AssertStatusAsync(200, Client.SendAsync("GET", $"/v2/{Repository}/blobs/{digest}"))).Dispose();
        (await AssertStatusAsync(200, Client.SendAsync("HEAD", $"/v2/{Repository}/blobs/{digest}"))).Dispose();

        Assert.Equal(2, (await LineAsync("end-2", "GET")).StorageCalls);
        Assert.Equal(1, (await LineAsync("end-2", "HEAD")).StorageCalls);
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(32_768)]
    [InlineData(32_769)]
    [InlineData(5_000_000)]
    [InlineData(8_388_607)]
    public async Task Pushing_a_layer_up_to_8_MiB_by_POST_PATCH_and_PUT(int size)
    {
        await PushAsync(size, patch: true);

        Assert.InRange(await SumAsync(requests: 3), 1, 8);
    }

    [SkippableTheory]
    [InlineData(100)]
    [InlineData(5_000_000)]
    public async Task Pushing_a_layer_up_to_8_MiB_by_POST_and_PUT(int size)
    {
        await PushAsync(size, patch: false);

        Assert.InRange(await SumAsync(requests: 2), 1, 6);
    }

    [SkippableFact]
    public async Task Pushing_a_layer_by_a_single_POST()
    {
        var content = Client.RandomBytes(100_000);
        (await AssertStatusAsync(201, Client.SendAsync(
            "POST", $"/v2/{Repository}/blobs/uploads/?digest={Client.Digest(content)}", content))).Dispose();

        Assert.InRange(await SumAsync(requests: 1), 1, 4);
    }

    [SkippableFact]
    public async Task Pushing_a_layer_in_parts()
    {
        const int Parts = 3;
        await PushAsync(24 * 1024 * 1024, patch: true);

        // POST 1; PATCH 3 and the parts, one of which begins the store's upload; PUT 5.
        Assert.Equal(Parts + 9, await SumAsync(requests: 3));
    }

    [SkippableFact]
    public async Task What_is_left_after_whole_parts_joins_the_last_one()
    {
        await PushAsync((16 * 1024 * 1024) + 100, patch: true);

        Assert.Equal(2 + 9, await SumAsync(requests: 3));
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(20)]
    public async Task Pushing_a_manifest(int layers)
    {
        var manifest = await Client.PrepareImageAsync(Repository, layers);
        await Client.PushManifestAsync(Repository, "latest", manifest);

        Assert.InRange((await LineAsync("end-7", "PUT")).StorageCalls, 1, layers + 4);
    }

    [SkippableFact]
    public async Task Mounting_a_blob()
    {
        var source = Client.NewRepository();
        var digest = await Client.PushBlobAsync(source, Client.RandomBytes(100));
        (await AssertStatusAsync(201, Client.SendAsync(
            "POST", $"/v2/{Repository}/blobs/uploads/?mount={digest}&from={source}"))).Dispose();

        Assert.Equal(2, await SumAsync(requests: 1));
    }

    [SkippableTheory]
    [InlineData("")]
    [InlineData("?n=1")]
    [InlineData("?n=2&last=latest")]
    public async Task Listing_a_page(string query)
    {
        await Client.PushManifestAsync(Repository, "latest", await Client.PrepareImageAsync(Repository));
        await Client.PushManifestAsync(Repository, "other", await Client.PrepareImageAsync(Repository));
        (await AssertStatusAsync(200, Client.SendAsync("GET", $"/v2/{Repository}/tags/list{query}"))).Dispose();

        Assert.Equal(1, (await LineAsync("end-8", "GET")).StorageCalls);
        var catalog = await RawHttp.SendAsync(Fixture.Registry, "GET", "/v2/_catalog?n=1");
        Assert.StartsWith("storage;desc=\"1 calls\"", catalog.Header("Server-Timing"), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Asking_for_nothing_costs_nothing()
    {
        var answer = await RawHttp.SendAsync(Fixture.Registry, "GET", "/v2/_catalog?n=0");

        Assert.StartsWith("storage;desc=\"0 calls\"", answer.Header("Server-Timing"), StringComparison.Ordinal);
    }

    private async Task PushAsync(int size, bool patch)
    {
        var content = Client.RandomBytes(size);
        var location = await Client.StartUploadAsync(Repository);
        if (patch)
        {
            (await AssertStatusAsync(202, Client.SendAsync("PATCH", location, content))).Dispose();
        }
        (await AssertStatusAsync(201, Client.SendAsync(
            "PUT", $"{location}?digest={Client.Digest(content)}", patch ? [] : content))).Dispose();
    }

    private Task<LogLine> LineAsync(string route, string method) => Fixture.Registry.Log.WaitAsync(Repository, route, method);

    private async Task<int> SumAsync(int requests)
    {
        var lines = await Fixture.Registry.Log.WaitAsync(requests, line => Repository.Equals(line.Values["Repository"]));
        return lines.Sum(line => line.StorageCalls);
    }
}

public sealed class BudgetOverMemory(MemoryRegistry registry) : BudgetTests(registry), IClassFixture<MemoryRegistry>;

public sealed class BudgetOverFolder(FolderRegistry registry) : BudgetTests(registry), IClassFixture<FolderRegistry>;

public sealed class BudgetOverAzure(AzureRegistry registry) : BudgetTests(registry), IClassFixture<AzureRegistry>;

public sealed class BudgetOverS3(S3Registry registry) : BudgetTests(registry), IClassFixture<S3Registry>;

public sealed class BudgetOverOss(OssRegistry registry) : BudgetTests(registry), IClassFixture<OssRegistry>;
