using System.Text.Json;
using System.Text.Json.Nodes;

namespace Berth.Tests.Protocol;

/// <summary>end-12: the manifests that name another as their subject.</summary>
public abstract class ReferrerTests(RegistryFixture fixture) : ProtocolTests(fixture)
{
    private const string Sbom = "application/vnd.example.sbom.v1+json";
    private const string Signature = "application/vnd.example.signature";

    [SkippableTheory]
    [InlineData("sha256")]
    [InlineData("sha512")]
    public async Task A_subject_without_referrers_has_an_empty_index(string algorithm)
    {
        using var response = await AssertStatusAsync(
            200, Client.SendAsync("GET", Referrers(Client.Digest(Client.RandomBytes(10), algorithm))));

        Assert.Equal(Client.OciIndex, Header(response, "Content-Type"));
        Assert.Null(Header(response, "OCI-Filters-Applied"));
        Assert.Null(Header(response, "Link"));
        var index = await ReadJsonAsync(response);
        Assert.Equal(2, (int)index["schemaVersion"]!);
        Assert.Equal(Client.OciIndex, (string?)index["mediaType"]);
        Assert.Empty(index["manifests"]!.AsArray());
    }

    [SkippableTheory]
    [InlineData("sha256:abc")]
    [InlineData("latest")]
    [InlineData("md5:d41d8cd98f00b204e9800998ecf8427e")]
    [InlineData("sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855")]
    [InlineData("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855%0A")]
    public async Task A_malformed_subject_is_refused_with_400(string subject) =>
        await AssertErrorAsync(await Client.SendAsync("GET", Referrers(subject)), 400, "DIGEST_INVALID");

    [SkippableFact]
    public async Task A_referrer_is_listed_with_its_type_and_annotations_and_told_of_by_OCI_Subject()
    {
        var subject = await PushSubjectAsync();
        var annotations = new JsonObject { ["org.example.key"] = "ü \"quoted\" <&>", ["b"] = "", ["A"] = "1" };
        var manifest = await Client.PrepareImageAsync(
            Repository, extra: new JsonObject
            {
                ["subject"] = subject,
                ["artifactType"] = Sbom,
                ["annotations"] = annotations,
            });

        using var pushed = await AssertStatusAsync(201, Client.PutManifestAsync(Repository, "sbom", manifest));

        Assert.Equal((string?)subject["digest"], Header(pushed, "OCI-Subject"));
        var found = Assert.Single(await ListAsync((string)subject["digest"]!));
        Assert.Equal(Client.OciManifest, (string?)found["mediaType"]);
        Assert.Equal(Client.Digest(manifest), (string?)found["digest"]);
        Assert.Equal(manifest.Length, (int)found["size"]!);
        Assert.Equal(Sbom, (string?)found["artifactType"]);
        Assert.True(JsonNode.DeepEquals(annotations, found["annotations"]));
    }

    [SkippableTheory]
    [InlineData(null)]
    [InlineData("")]
    public async Task An_image_without_an_artifactType_is_listed_with_the_type_of_its_config(string? artifactType)
    {
        var subject = await PushSubjectAsync();
        var extra = new JsonObject { ["subject"] = subject };
        if (artifactType is not null)
        {
            extra["artifactType"] = artifactType;
        }
        await Client.PushManifestAsync(Repository, "x", await Client.PrepareImageAsync(Repository, extra: extra));

        var found = Assert.Single(await ListAsync((string)subject["digest"]!));

        Assert.Equal(Client.OciConfig, (string?)found["artifactType"]);
        Assert.False(found.AsObject().ContainsKey("annotations"));
    }

    [SkippableTheory]
    [InlineData(null)]
    [InlineData(Signature)]
    public async Task An_index_is_listed_with_its_own_artifactType_or_none(string? artifactType)
    {
        var subject = await PushSubjectAsync();
        var index = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = Client.OciIndex,
            ["manifests"] = new JsonArray(),
            ["subject"] = subject,
            ["annotations"] = new JsonObject { ["a"] = "b" },
        };
        if (artifactType is not null)
        {
            index["artifactType"] = artifactType;
        }
        await Client.PushManifestAsync(Repository, "index", JsonSerializer.SerializeToUtf8Bytes(index), Client.OciIndex);

        var found = Assert.Single(await ListAsync((string)subject["digest"]!));

        Assert.Equal(Client.OciIndex, (string?)found["mediaType"]);
        Assert.Equal(artifactType, (string?)found["artifactType"]);
        Assert.Equal(artifactType is not null, found.AsObject().ContainsKey("artifactType"));
        Assert.Equal("b", (string?)found["annotations"]!["a"]);
    }

    [SkippableFact]
    public async Task A_referrer_may_come_before_its_subject()
    {
        var image = await Client.PrepareImageAsync(Repository);
        var subject = Client.Descriptor(Client.OciManifest, image);
        var digest = await PushReferrerAsync(subject, Sbom);
        Assert.Equal([digest], Digests(await ListAsync(Client.Digest(image))));

        await Client.PushManifestAsync(Repository, "latest", image);
        Assert.Equal([digest], Digests(await ListAsync(Client.Digest(image))));

        (await AssertStatusAsync(
            202, Client.SendAsync("DELETE", $"/v2/{Repository}/manifests/{Client.Digest(image)}"))).Dispose();
        Assert.Equal([digest], Digests(await ListAsync(Client.Digest(image))));
    }

    [SkippableFact]
    public async Task A_subject_of_another_algorithm_and_a_referrer_of_another_are_listed()
    {
        var image = await Client.PrepareImageAsync(Repository);
        var subject = Client.Descriptor(Client.OciManifest, image);
        subject["digest"] = Client.Digest(image, "sha512");
        var referrer = await Client.PrepareImageAsync(Repository, extra: new JsonObject { ["subject"] = subject });
        var digest = Client.Digest(referrer, "sha512");

        (await AssertStatusAsync(201, Client.PutManifestAsync(Repository, digest, referrer))).Dispose();

        Assert.Equal([digest], Digests(await ListAsync(Client.Digest(image, "sha512"))));
        Assert.Empty(await ListAsync(Client.Digest(image)));
    }

    [SkippableTheory]
    [InlineData(255)]
    [InlineData(200)]
    public async Task The_longest_names_and_digests_are_kept(int length)
    {
        var name = Repository + "/" + new string('a', length - Repository.Length - 1);
        var image = await Client.PrepareImageAsync(name);
        var subject = Client.Descriptor(Client.OciManifest, image);
        subject["digest"] = Client.Digest(image, "sha512");
        var referrer = await Client.PrepareImageAsync(name, extra: new JsonObject { ["subject"] = subject });
        var digest = Client.Digest(referrer, "sha512");
        var tag = new string('t', 128);

        (await AssertStatusAsync(201, Client.PutManifestAsync(name, $"{digest}?tag={tag}", referrer))).Dispose();

        using var response = await AssertStatusAsync(
            200, Client.SendAsync("GET", $"/v2/{name}/referrers/{Client.Digest(image, "sha512")}"));
        Assert.Equal([digest], Digests(await ReadAsync(response)));
        (await AssertStatusAsync(200, Client.SendAsync("GET", $"/v2/{name}/manifests/{tag}"))).Dispose();
    }

    [SkippableFact]
    public async Task A_deleted_referrer_vanishes()
    {
        var subject = await PushSubjectAsync();
        var (first, second) = (await PushReferrerAsync(subject, Sbom), await PushReferrerAsync(subject, Sbom));

        (await AssertStatusAsync(202, Client.SendAsync("DELETE", $"/v2/{Repository}/manifests/{first}"))).Dispose();

        Assert.Equal([second], Digests(await ListAsync((string)subject["digest"]!)));
    }

    [SkippableFact]
    public async Task A_referrer_pushed_twice_is_listed_once_and_only_in_its_repository()
    {
        var subject = await PushSubjectAsync();
        var manifest = await Client.PrepareImageAsync(Repository, extra: new JsonObject { ["subject"] = subject });
        await Client.PushManifestAsync(Repository, "a", manifest);
        await Client.PushManifestAsync(Repository, "b", manifest);

        Assert.Equal([Client.Digest(manifest)], Digests(await ListAsync((string)subject["digest"]!)));
        using var other = await AssertStatusAsync(
            200, Client.SendAsync("GET", $"/v2/{Client.NewRepository()}/referrers/{subject["digest"]}"));
        Assert.Empty((await ReadJsonAsync(other))["manifests"]!.AsArray());
    }

    [SkippableTheory]
    [InlineData("artifactType=application%2Fvnd.example.sbom.v1%2Bjson", 3)]
    [InlineData("artifactType=application/vnd.example.sbom.v1+json", 3)] // a '+' that nobody escaped
    [InlineData("artifactType=application/vnd.example.signature", 2)]
    [InlineData("artifactType=application/vnd.example", 0)]
    [InlineData("artifactType=APPLICATION/vnd.example.signature", 0)]
    public async Task A_filter_leaves_the_referrers_of_one_type(string query, int count)
    {
        var subject = await PushSubjectAsync();
        for (var i = 0; i < 5; i++)
        {
            await PushReferrerAsync(subject, i % 2 == 0 ? Sbom : Signature);
        }

        using var response = await AssertStatusAsync(
            200, Client.SendAsync("GET", Referrers((string)subject["digest"]!, "?" + query)));

        Assert.Equal("artifactType", Header(response, "OCI-Filters-Applied"));
        Assert.Equal(count, (await ReadJsonAsync(response))["manifests"]!.AsArray().Count);
    }

    [SkippableTheory]
    [InlineData(1, "")]
    [InlineData(2, "")]
    [InlineData(6, "")]
    [InlineData(7, "")]
    [InlineData(1, Sbom)]
    [InlineData(2, Sbom)]
    [InlineData(3, Sbom)]
    [InlineData(4, Sbom)]
    public async Task Pages_follow_Link_to_the_end_and_keep_the_filter(int n, string artifactType)
    {
        var subject = await PushSubjectAsync();
        var expected = new List<string>();
        for (var i = 0; i < 7; i++)
        {
            var type = i % 2 == 0 ? Sbom : Signature;
            var digest = await PushReferrerAsync(subject, type);
            if (artifactType.Length == 0 || artifactType == type)
            {
                expected.Add(digest);
            }
        }
        var filter = artifactType.Length == 0 ? "" : "&artifactType=" + Uri.EscapeDataString(artifactType);
        var found = new List<string>();
        for (string? next = Referrers((string)subject["digest"]!, $"?n={n}{filter}"); next is not null;)
        {
            using var response = await AssertStatusAsync(200, Client.SendAsync("GET", next));
            var page = Digests(await ReadAsync(response));
            Assert.InRange(page.Count, 0, n);
            Assert.Equal(artifactType.Length > 0 ? "artifactType" : null, Header(response, "OCI-Filters-Applied"));
            found.AddRange(page);
            next = NextOf(response);
        }

        Assert.Equal(expected.Order(StringComparer.Ordinal), found);
    }

    [SkippableTheory]
    [InlineData(40_000)] // the descriptor is too large to be kept
    [InlineData(100_000)] // and the manifest is an object
    public async Task Huge_annotations_are_listed_whole(int size)
    {
        var subject = await PushSubjectAsync();
        var annotations = new JsonObject { ["huge"] = new string('x', size) };
        var manifest = await Client.PrepareImageAsync(
            Repository, extra: new JsonObject { ["subject"] = subject, ["annotations"] = annotations, ["artifactType"] = Sbom });
        var digest = await Client.PushManifestAsync(Repository, "huge", manifest);
        await PushReferrerAsync(subject, Signature);

        foreach (var query in new[] { "", "?artifactType=" + Uri.EscapeDataString(Sbom) })
        {
            var all = await ListAsync((string)subject["digest"]!, query);
            Assert.Equal(query.Length == 0 ? 2 : 1, all.Count);
            var found = all.Single(descriptor => (string?)descriptor["digest"] == digest);
            Assert.True(JsonNode.DeepEquals(annotations, found["annotations"]));
            Assert.Equal(manifest.Length, (int)found["size"]!);
        }
        (await AssertStatusAsync(202, Client.SendAsync("DELETE", $"/v2/{Repository}/manifests/{digest}"))).Dispose();
        Assert.Single(await ListAsync((string)subject["digest"]!));
    }

    [SkippableFact]
    public async Task A_list_too_long_for_one_manifest_goes_on_in_the_next_page()
    {
        var subject = await PushSubjectAsync();
        var expected = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            expected.Add(await PushReferrerAsync(
                subject, Sbom, new JsonObject { ["huge"] = new string((char)('a' + i), 900_000) }));
        }
        var (found, pages) = (new List<string>(), 0);
        for (string? next = Referrers((string)subject["digest"]!); next is not null; pages++)
        {
            using var response = await AssertStatusAsync(200, Client.SendAsync("GET", next));
            Assert.InRange(response.Content.Headers.ContentLength!.Value, 1, 4 * 1024 * 1024);
            found.AddRange(Digests(await ReadAsync(response)));
            next = NextOf(response);
        }

        Assert.Equal(expected.Order(StringComparer.Ordinal), found);
        Assert.Equal(2, pages);
    }

    [SkippableTheory]
    [InlineData("?n=abc", "UNSUPPORTED")]
    [InlineData("?n=-1", "UNSUPPORTED")]
    [InlineData("?last=latest", "DIGEST_INVALID")]
    public async Task A_malformed_query_is_refused_with_400(string query, string code) =>
        await AssertErrorAsync(await Client.SendAsync("GET", Referrers(Client.Digest([]), query)), 400, code);

    [SkippableFact]
    public async Task No_referrers_are_asked_for_and_none_are_given()
    {
        var subject = await PushSubjectAsync();
        await PushReferrerAsync(subject, Sbom);

        using var response = await AssertStatusAsync(
            200, Client.SendAsync("GET", Referrers((string)subject["digest"]!, "?n=0")));

        Assert.Null(Header(response, "Link"));
        Assert.Empty((await ReadJsonAsync(response))["manifests"]!.AsArray());
    }

    private string Referrers(string subject, string query = "") => $"/v2/{Repository}/referrers/{subject}{query}";

    private async Task<JsonObject> PushSubjectAsync()
    {
        var image = await Client.PrepareImageAsync(Repository);
        await Client.PushManifestAsync(Repository, "subject", image);
        return Client.Descriptor(Client.OciManifest, image);
    }

    private async Task<string> PushReferrerAsync(JsonObject subject, string artifactType, JsonObject? annotations = null)
    {
        var extra = new JsonObject { ["subject"] = subject.DeepClone(), ["artifactType"] = artifactType };
        if (annotations is not null)
        {
            extra["annotations"] = annotations;
        }
        var manifest = await Client.PrepareImageAsync(Repository, extra: extra);
        return await Client.PushManifestAsync(Repository, Client.Digest(manifest), manifest);
    }

    private async Task<List<JsonNode>> ListAsync(string subject, string query = "")
    {
        using var response = await AssertStatusAsync(200, Client.SendAsync("GET", Referrers(subject, query)));
        return await ReadAsync(response);
    }

    private static async Task<List<JsonNode>> ReadAsync(HttpResponseMessage response) =>
        [.. (await ReadJsonAsync(response))["manifests"]!.AsArray().Select(descriptor => descriptor!)];

    private static List<string> Digests(List<JsonNode> descriptors) =>
        [.. descriptors.Select(descriptor => (string)descriptor["digest"]!)];
}

public sealed class ReferrerOverMemory(MemoryRegistry registry) : ReferrerTests(registry), IClassFixture<MemoryRegistry>;

public sealed class ReferrerOverFolder(FolderRegistry registry) : ReferrerTests(registry), IClassFixture<FolderRegistry>;

public sealed class ReferrerOverAzure(AzureRegistry registry) : ReferrerTests(registry), IClassFixture<AzureRegistry>;

public sealed class ReferrerOverS3(S3Registry registry) : ReferrerTests(registry), IClassFixture<S3Registry>;

public sealed class ReferrerOverOss(OssRegistry registry) : ReferrerTests(registry), IClassFixture<OssRegistry>;
