namespace Berth.Tests.Protocol;

/// <summary>end-8: tags in ordinal order, with n, last and Link.</summary>
public abstract class TagListTests(RegistryFixture fixture) : ProtocolTests(fixture)
{
    /// <summary>In ordinal order, which neither culture nor case changes.</summary>
    private static readonly string[] Tags =
        ["0", "00", "1", "10", "2", "A", "B.2", "Z", "_", "_x", "a", "a-b", "a.b", "a0", "aa", "b", "v1", "v1.0", "v10", "v2"];

    [SkippableFact]
    public async Task All_tags_are_listed_in_ordinal_order()
    {
        await PushTagsAsync();

        using var response = await AssertStatusAsync(200, Client.SendAsync("GET", List()));

        Assert.Equal("application/json", Header(response, "Content-Type"));
        Assert.Null(Header(response, "Link"));
        var list = await ReadJsonAsync(response);
        Assert.Equal(Repository, (string?)list["name"]);
        Assert.Equal(Tags, list["tags"]!.AsArray().Select(tag => (string?)tag));
    }

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(19)]
    [InlineData(20)]
    [InlineData(21)]
    public async Task Pages_follow_Link_to_the_end(int n)
    {
        await PushTagsAsync();
        var found = new List<string?>();
        for (string? next = List($"?n={n}"); next is not null;)
        {
            using var response = await AssertStatusAsync(200, Client.SendAsync("GET", next));
            var page = (await ReadJsonAsync(response))["tags"]!.AsArray().Select(tag => (string?)tag).ToList();
            Assert.InRange(page.Count, 1, n);
            found.AddRange(page);
            next = NextOf(response);
        }

        Assert.Equal(Tags, found);
    }

    [SkippableTheory]
    [InlineData("?n=0", "")]
    [InlineData("?n=0&last=a", "")]
    [InlineData("?n=2&last=a", "a-b a.b")]
    [InlineData("?last=v1", "v1.0 v10 v2")]
    [InlineData("?last=v2", "")]
    [InlineData("?last=zzz&n=5", "")]
    [InlineData("?n=2&last=there-is-none", "v1 v1.0")]
    [InlineData("?n=2&last=", "0 00")]
    [InlineData("?n=002", "0 00")]
    [InlineData("?n=99999999999999999999&last=v10", "v2")]
    [InlineData("?n=2147483648&last=v10", "v2")]
    [InlineData("?other=1&n=1", "0")]
    public async Task N_and_last_select_a_page(string query, string expected)
    {
        await PushTagsAsync();

        using var response = await AssertStatusAsync(200, Client.SendAsync("GET", List(query)));

        Assert.Equal(
            expected.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            (await ReadJsonAsync(response))["tags"]!.AsArray().Select(tag => (string?)tag));
        if (query.StartsWith("?n=0&", StringComparison.Ordinal) || query == "?n=0")
        {
            Assert.Null(Header(response, "Link"));
        }
    }

    [SkippableTheory]
    [InlineData("?n=-1", "UNSUPPORTED")]
    [InlineData("?n=abc", "UNSUPPORTED")]
    [InlineData("?n=1e3", "UNSUPPORTED")]
    [InlineData("?n=", "UNSUPPORTED")]
    [InlineData("?n=1.0", "UNSUPPORTED")]
    [InlineData("?n=%201", "UNSUPPORTED")]
    [InlineData("?n=+1", "UNSUPPORTED")]
    [InlineData("?n=%2B1", "UNSUPPORTED")]
    [InlineData("?n=0x10", "UNSUPPORTED")]
    [InlineData("?n=%D9%A3", "UNSUPPORTED")] // the Arabic digit 3
    [InlineData("?n=1%0A", "UNSUPPORTED")]
    [InlineData("?n=1&n=2", "UNSUPPORTED")]
    [InlineData("?last=a/b", "MANIFEST_INVALID")]
    [InlineData("?last=a+b", "MANIFEST_INVALID")]
    [InlineData("?last=..", "MANIFEST_INVALID")]
    [InlineData("?last=a%0A", "MANIFEST_INVALID")]
    [InlineData("?last=a&last=b", "MANIFEST_INVALID")]
    public async Task A_malformed_query_is_refused_with_400(string query, string code)
    {
        await PushTagsAsync("latest");

        await AssertErrorAsync(await Client.SendAsync("GET", List(query)), 400, code);
    }

    [SkippableFact]
    public async Task A_repository_that_is_not_known_is_answered_with_404()
    {
        var detail = await AssertErrorAsync(await Client.SendAsync("GET", List()), 404, "NAME_UNKNOWN");
        Assert.Equal(Repository, (string?)detail!["name"]);
        await AssertErrorAsync(await Client.SendAsync("GET", List("?n=5")), 404, "NAME_UNKNOWN");
    }

    [SkippableFact]
    public async Task Tags_of_one_repository_are_not_those_of_another_whose_name_goes_on()
    {
        await PushTagsAsync("latest");
        foreach (var name in new[] { $"{Repository}/b", $"{Repository}-b", $"{Repository}.b", $"{Repository}0" })
        {
            await Client.PushManifestAsync(name, "other", await Client.PrepareImageAsync(name));
        }

        using var response = await AssertStatusAsync(200, Client.SendAsync("GET", List()));

        Assert.Equal(["latest"], (await ReadJsonAsync(response))["tags"]!.AsArray().Select(tag => (string?)tag));
    }

    [SkippableFact]
    public async Task More_tags_than_a_store_lists_at_once_are_listed()
    {
        var manifest = await Client.PrepareImageAsync(Repository);
        var digest = Client.Digest(manifest);
        var tags = Enumerable.Range(0, 1100).Select(i => $"t{i:0000}").ToArray();
        await Parallel.ForEachAsync(tags.Chunk(100), async (chunk, _) =>
            (await AssertStatusAsync(201, Client.PutManifestAsync(
                Repository, $"{digest}?{string.Join('&', chunk.Select(tag => $"tag={tag}"))}", manifest))).Dispose());

        foreach (var query in new[] { "", "?n=1100", "?n=1099", "?n=1001", "?n=1000" })
        {
            using var response = await AssertStatusAsync(200, Client.SendAsync("GET", List(query)));
            var found = (await ReadJsonAsync(response))["tags"]!.AsArray().Select(tag => (string?)tag).ToList();
            Assert.Equal(tags[..(query.Length > 0 ? int.Parse(query[3..], provider: null) : 1100)], found);
            Assert.Equal(found.Count < 1100, Header(response, "Link") is not null);
        }

        (await AssertStatusAsync(202, Client.SendAsync("DELETE", $"/v2/{Repository}/manifests/{digest}"))).Dispose();
        using var empty = await AssertStatusAsync(200, Client.SendAsync("GET", List()));
        Assert.Empty((await ReadJsonAsync(empty))["tags"]!.AsArray());
    }

    private string List(string query = "") => $"/v2/{Repository}/tags/list{query}";

    private async Task PushTagsAsync(params string[] tags)
    {
        var manifest = await Client.PrepareImageAsync(Repository);
        var all = string.Join('&', (tags.Length == 0 ? Tags : tags).Reverse().Select(tag => $"tag={tag}"));
        (await AssertStatusAsync(
            201, Client.PutManifestAsync(Repository, $"{Client.Digest(manifest)}?{all}", manifest))).Dispose();
    }
}

public sealed class TagListOverMemory(MemoryRegistry registry) : TagListTests(registry), IClassFixture<MemoryRegistry>;

public sealed class TagListOverFolder(FolderRegistry registry) : TagListTests(registry), IClassFixture<FolderRegistry>;

public sealed class TagListOverAzure(AzureRegistry registry) : TagListTests(registry), IClassFixture<AzureRegistry>;

public sealed class TagListOverS3(S3Registry registry) : TagListTests(registry), IClassFixture<S3Registry>;

public sealed class TagListOverOss(OssRegistry registry) : TagListTests(registry), IClassFixture<OssRegistry>;
