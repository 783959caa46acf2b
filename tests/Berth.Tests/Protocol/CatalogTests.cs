namespace Berth.Tests.Protocol;

/// <summary>The catalog: repositories in ordinal order, with n, last and Link.</summary>
public abstract class CatalogTests(RegistryFixture fixture) : ProtocolTests(fixture)
{
    /// <summary>In ordinal order: <c>-</c>, <c>.</c>, <c>/</c>, digits, <c>_</c>, letters.</summary>
    private static readonly string[] Names =
    [
        "a", "a--b", "a-b", "a.b", "a/b", "a/b-c", "a/b.c", "a/b/c", "a/b0", "a/b_c", "a0", "a__b", "a_b", "aa", "b", "b/a",
    ];

    [SkippableFact]
    public async Task Repositories_are_listed_in_ordinal_order_page_by_page()
    {
        await using var registry = await Fixture.StartEmptyAsync();
        var client = new Client(registry.Client);
        await AssertPageAsync(client, "/v2/_catalog", [], hasNext: false);
        foreach (var name in Names.Reverse())
        {
            await client.PushManifestAsync(name, "latest", await client.PrepareImageAsync(name));
        }

        await AssertPageAsync(client, "/v2/_catalog", Names, hasNext: false);
        await AssertPageAsync(client, "/v2/_catalog/", Names, hasNext: false);
        await AssertPageAsync(client, "/v2/_catalog?n=0", [], hasNext: false);
        await AssertPageAsync(client, "/v2/_catalog?n=16", Names, hasNext: false);
        await AssertPageAsync(client, "/v2/_catalog?n=99999999999999999999", Names, hasNext: false);
        await AssertPageAsync(client, "/v2/_catalog?n=15", Names[..15], hasNext: true);
        await AssertPageAsync(client, "/v2/_catalog?last=a/b0", Names[9..], hasNext: false);
        await AssertPageAsync(client, "/v2/_catalog?last=a%2Fb0&n=1", ["a/b_c"], hasNext: true);
        await AssertPageAsync(client, "/v2/_catalog?last=a/a", Names[4..], hasNext: false);
        await AssertPageAsync(client, "/v2/_catalog?last=b/a", [], hasNext: false);

        foreach (var n in new[] { 1, 3, 5 })
        {
            var found = new List<string>();
            for (string? next = $"/v2/_catalog?n={n}"; next is not null;)
            {
                using var response = await AssertStatusAsync(200, client.SendAsync("GET", next));
                found.AddRange((await ReadJsonAsync(response))["repositories"]!.AsArray().Select(name => (string)name!));
                next = NextOf(response);
            }
            Assert.Equal(Names, found);
        }
    }

    [SkippableFact]
    public async Task A_repository_exists_from_its_first_manifest_and_stays_when_it_is_empty()
    {
        await using var registry = await Fixture.StartEmptyAsync();
        var client = new Client(registry.Client);
        var manifest = await client.PrepareImageAsync(Repository);
        await AssertPageAsync(client, "/v2/_catalog", [], hasNext: false);

        var digest = await client.PushManifestAsync(Repository, "latest", manifest);
        await AssertPageAsync(client, "/v2/_catalog", [Repository], hasNext: false);

        (await AssertStatusAsync(202, client.SendAsync("DELETE", $"/v2/{Repository}/manifests/{digest}"))).Dispose();
        await AssertPageAsync(client, "/v2/_catalog", [Repository], hasNext: false);
    }

    [SkippableTheory]
    [InlineData("?n=-1", "UNSUPPORTED")]
    [InlineData("?n=abc", "UNSUPPORTED")]
    [InlineData("?n=1e3", "UNSUPPORTED")]
    [InlineData("?n=", "UNSUPPORTED")]
    [InlineData("?last=a+b", "NAME_INVALID")]
    [InlineData("?last=A", "NAME_INVALID")]
    [InlineData("?last=a/", "NAME_INVALID")]
    [InlineData("?last=../x", "NAME_INVALID")]
    [InlineData("?last=a%0A", "NAME_INVALID")]
    public async Task A_malformed_query_is_refused_with_400(string query, string code) =>
        await AssertErrorAsync(await Client.SendAsync("GET", $"/v2/_catalog{query}"), 400, code);

    private static async Task AssertPageAsync(Client client, string path, string[] expected, bool hasNext)
    {
        using var response = await AssertStatusAsync(200, client.SendAsync("GET", path));
        Assert.Equal("application/json", Header(response, "Content-Type"));
        Assert.Equal(
            expected, (await ReadJsonAsync(response))["repositories"]!.AsArray().Select(name => (string?)name));
        Assert.Equal(hasNext, NextOf(response) is not null);
    }
}

public sealed class CatalogOverMemory(MemoryRegistry registry) : CatalogTests(registry), IClassFixture<MemoryRegistry>;

public sealed class CatalogOverFolder(FolderRegistry registry) : CatalogTests(registry), IClassFixture<FolderRegistry>;

public sealed class CatalogOverAzure(AzureRegistry registry) : CatalogTests(registry), IClassFixture<AzureRegistry>;

public sealed class CatalogOverS3(S3Registry registry) : CatalogTests(registry), IClassFixture<S3Registry>;

public sealed class CatalogOverOss(OssRegistry registry) : CatalogTests(registry), IClassFixture<OssRegistry>;
