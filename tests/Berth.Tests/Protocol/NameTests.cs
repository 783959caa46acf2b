namespace Berth.Tests.Protocol;

/// <summary>Names, tags and digests as no well-behaved client writes them, sent by hand.</summary>
public abstract class NameTests(RegistryFixture fixture) : ProtocolTests(fixture)
{
    private const string Empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private static readonly string Long = new('a', 255);

    public static TheoryData<string> MalformedNames =>
    [
        "A", "aA", "-a", "a-", ".a", "a.", "_a", "a_", "a..b", "a___b", "a._b", "a.-b", "a_-b", "a%20b", "a+b", "a@b",
        "a:b", "a~b", "a*b", "a%2Fb", "a%2fb", "a%5Cb", "a%0A", "%0Aa", "a%0D%0A", "a%09", "a%7F", "a%2500", "%C3%A4",
        "%D9%A3", "%EF%BC%91", "a%E2%80%8B", "%F0%9F%90%B3", "a%3Fb", "a%23b", "a//b", "/a", "a/", "a/-b", "a/B",
        "a%E0", "%ED%A0%80", "aux%00", "%2e%2e%2Fa", "a/%2e%2e%2e/b", "_catalog", Long + "a", Long + "/a",
        Long[..200] + "/" + Long[..55],
    ];

    [SkippableTheory]
    [MemberData(nameof(MalformedNames))]
    public async Task A_malformed_name_is_refused_with_400_wherever_it_stands(string name)
    {
        foreach (var (method, path) in new[]
                 {
                     ("GET", $"/v2/{name}/tags/list"), ("GET", $"/v2/{name}/manifests/latest"),
                     ("PUT", $"/v2/{name}/manifests/latest"), ("DELETE", $"/v2/{name}/manifests/latest"),
                     ("GET", $"/v2/{name}/blobs/sha256:{Empty}"), ("DELETE", $"/v2/{name}/blobs/sha256:{Empty}"),
                     ("POST", $"/v2/{name}/blobs/uploads/"), ("GET", $"/v2/{name}/blobs/uploads/{Guid.NewGuid()}"),
                     ("PATCH", $"/v2/{name}/blobs/uploads/{Guid.NewGuid()}"), ("GET", $"/v2/{name}/referrers/sha256:{Empty}"),
                 })
        {
            var answer = await RawHttp.SendAsync(Fixture.Registry, method, path, "Content-Length: 0");

            if (answer.Body.Length == 0)
            {
                Assert.Contains('%', name); // the server refuses what is no URL before the registry sees it
                Assert.Equal(400, answer.Status);
                continue;
            }
            var detail = AssertError(answer, 400, "NAME_INVALID");
            Assert.NotNull(detail!["given"]);
            Assert.Contains("255", (string?)detail["expected"], StringComparison.Ordinal);
        }
    }

    public static TheoryData<string> Names =>
    [
        "a", "0", "a0", "a-b", "a--b", "a----b", "a.b", "a_b", "a__b", "a/b/c/d/e/f", "con", "aux", "nul", "com1", "v1",
        "manifests", "blobs", "tags", "uploads", "referrers", "tags/list", "blobs/uploads", "a/manifests/b", "a/blobs/b",
        "v2", "v2/v2", "sha256", Long[..128],
    ];

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public async Task Every_well_formed_name_is_a_repository_of_its_own(string name)
    {
        name = $"{Repository}/{name}";
        var manifest = await Client.PrepareImageAsync(name);
        await Client.PushManifestAsync(name, "latest", manifest);

        foreach (var slash in new[] { "", "/" })
        {
            var pulled = await RawHttp.SendAsync(Fixture.Registry, "GET", $"/v2/{name}/manifests/latest{slash}");
            Assert.Equal(manifest, pulled.Body);
            var tags = await RawHttp.SendAsync(Fixture.Registry, "GET", $"/v2/{name}/tags/list{slash}");
            Assert.Equal($$"""{"name":"{{name}}","tags":["latest"]}""", tags.Text);
            var referrers = await RawHttp.SendAsync(
                Fixture.Registry, "GET", $"/v2/{name}/referrers/{Client.Digest(manifest)}{slash}");
            Assert.Equal(200, referrers.Status);
        }
    }

    [SkippableTheory]
    [InlineData("")]
    [InlineData("/")]
    public async Task A_slash_at_the_end_changes_nothing(string slash)
    {
        var answer = await RawHttp.SendAsync(
            Fixture.Registry, "POST", $"/v2/{Repository}/blobs/uploads{slash}", "Content-Length: 0");

        Assert.Equal(202, answer.Status);
        var location = answer.Header("Location");
        Assert.Equal(204, (await RawHttp.SendAsync(Fixture.Registry, "GET", location + slash)).Status);
        Assert.Equal(201, (await RawHttp.SendAsync(
            Fixture.Registry, "PUT", $"{location}{slash}?digest=sha256:{Empty}", "Content-Length: 0")).Status);
        Assert.Equal(200, (await RawHttp.SendAsync(
            Fixture.Registry, "GET", $"/v2/{Repository}/blobs/sha256:{Empty}{slash}")).Status);
    }

    [SkippableFact]
    public async Task Repositories_whose_names_differ_little_do_not_share_a_tag()
    {
        string[] names = ["x-y", "x.y", "x/y", "x_y", "x__y", "x--y", "xy"];
        foreach (var name in names)
        {
            await Client.PushManifestAsync(
                $"{Repository}/{name}", "t-" + Array.IndexOf(names, name),
                await Client.PrepareImageAsync($"{Repository}/{name}"));
        }
        foreach (var name in names)
        {
            var tags = await RawHttp.SendAsync(Fixture.Registry, "GET", $"/v2/{Repository}/{name}/tags/list");
            Assert.EndsWith($"\"tags\":[\"t-{Array.IndexOf(names, name)}\"]}}", tags.Text, StringComparison.Ordinal);
        }
    }

    public static TheoryData<string> MalformedTags =>
    [
        ".a", "-a", "a%0A", "a%0D%0A", "%0A", "a%20", "a+b", "a@b", "a~b", "a%2Fb", "a%5Cb", "%C3%A4", "a%D9%A3", "%EF%BC%91",
        "a,b", "a%25b", "a%3Fb", "..%2f", Long[..129], "%E2%80%8Ba", "a*",
    ];

    [SkippableTheory]
    [MemberData(nameof(MalformedTags))]
    public async Task A_malformed_tag_is_refused_with_400(string tag)
    {
        foreach (var method in new[] { "GET", "PUT", "DELETE" })
        {
            var answer = await RawHttp.SendAsync(
                Fixture.Registry, method, $"/v2/{Repository}/manifests/{tag}", "Content-Length: 0");

            var detail = AssertError(answer, 400, "MANIFEST_INVALID");
            Assert.Equal(Uri.UnescapeDataString(tag.Replace("%2f", "%252f").Replace("%2F", "%252F")), (string?)detail!["given"]);
            Assert.Contains("128", (string?)detail["expected"], StringComparison.Ordinal);
        }
    }

    public static TheoryData<string> Tags =>
        ["a", "A", "_", "_a", "0", "1.0", "v1.0.0-rc.1", "a.", "a-", "a_", "a..b", "con", "AUX", "nul.txt", Long[..128], "__", "latest", "list", "uploads"];

    [SkippableTheory]
    [MemberData(nameof(Tags))]
    public async Task Every_well_formed_tag_is_kept_and_listed(string tag)
    {
        var manifest = await Client.PrepareImageAsync(Repository);
        await Client.PushManifestAsync(Repository, tag, manifest);

        Assert.Equal(
            manifest, (await RawHttp.SendAsync(Fixture.Registry, "GET", $"/v2/{Repository}/manifests/{tag}")).Body);
        Assert.Equal(
            $$"""{"name":"{{Repository}}","tags":["{{tag}}"]}""",
            (await RawHttp.SendAsync(Fixture.Registry, "GET", $"/v2/{Repository}/tags/list")).Text);
    }

    public static TheoryData<string> MalformedDigests =>
    [
        "sha256:", "sha256:" + Empty + "0", "sha256:" + Empty[..63], "sha256:" + Empty.ToUpperInvariant(), "SHA256:" + Empty,
        "sha256:" + Empty + "%0A", "sha256:" + Empty[..63] + "g", "sha256:" + Empty[..63] + "%D9%A3", "sha256:" + Empty + Empty,
        "sha512:" + Empty, "sha512:" + Empty + Empty + "%0A", "sha384:" + Empty, "md5:d41d8cd98f00b204e9800998ecf8427e",
        "sha256+b64:" + Empty, ":" + Empty, "sha256::" + Empty, "sha256:%20" + Empty[1..], "sha256%0A:" + Empty,
        "sha256:" + Empty[..62] + "%2F0", "blake3:" + Empty,
    ];

    [SkippableTheory]
    [MemberData(nameof(MalformedDigests))]
    public async Task A_malformed_digest_is_refused_with_400(string digest)
    {
        foreach (var (method, path) in new[]
                 {
                     ("GET", "blobs"), ("DELETE", "blobs"), ("GET", "manifests"), ("PUT", "manifests"),
                     ("DELETE", "manifests"), ("GET", "referrers"),
                 })
        {
            var answer = await RawHttp.SendAsync(
                Fixture.Registry, method, $"/v2/{Repository}/{path}/{digest}", "Content-Length: 0");

            var detail = AssertError(answer, 400, "DIGEST_INVALID");
            Assert.Contains("sha512", (string?)detail!["expected"], StringComparison.Ordinal);
        }
        var head = await RawHttp.SendAsync(Fixture.Registry, "HEAD", $"/v2/{Repository}/blobs/{digest}");
        Assert.Equal(400, head.Status);
        Assert.Empty(head.Body);
    }

    [SkippableTheory]
    [InlineData("/v2/../etc/passwd", 404)]
    [InlineData("/v2/a/../../etc/passwd", 404)]
    [InlineData("/v2/%2e%2e/%2e%2e/etc/passwd", 404)]
    [InlineData("/v2/..%2f..%2fetc/manifests/latest", 400)]
    [InlineData("/v2/a/../b/manifests/none", 404)]
    [InlineData("/v2/a/./b/manifests/none", 404)]
    [InlineData("/v2/a/blobs/../manifests/none", 404)]
    [InlineData("/v2/a/manifests/%2e%2e", 404)]
    [InlineData("/v2/a/manifests/..", 404)]
    [InlineData("//v2/", 200)]
    [InlineData("/v2//", 404)]
    [InlineData("/v2///manifests/latest", 400)]
    [InlineData("/v2/a/manifests//", 400)]
    [InlineData("/v2/a/%00/manifests/latest", 400)]
    [InlineData("/v2/a/manifests/a%00", 400)]
    [InlineData("/v2/a/manifests/%", 400)]
    [InlineData("/v2/?n=%00", 200)]
    [InlineData("/v2/%zz/manifests/latest", 400)]
    [InlineData("http://registry.example/v2/", 200)]
    [InlineData("http://registry.example/v2/../etc/passwd", 404)]
    public async Task A_path_leads_nowhere_but_into_the_registry(string target, int status)
    {
        var answer = await RawHttp.SendAsync(Fixture.Registry, "GET", target);

        Assert.Equal(status, answer.Status);
        Assert.DoesNotContain("root:", answer.Text, StringComparison.Ordinal);
    }
}

public sealed class NameOverMemory(MemoryRegistry registry) : NameTests(registry), IClassFixture<MemoryRegistry>;

public sealed class NameOverFolder(FolderRegistry registry) : NameTests(registry), IClassFixture<FolderRegistry>;

public sealed class NameOverAzure(AzureRegistry registry) : NameTests(registry), IClassFixture<AzureRegistry>;

public sealed class NameOverS3(S3Registry registry) : NameTests(registry), IClassFixture<S3Registry>;

public sealed class NameOverOss(OssRegistry registry) : NameTests(registry), IClassFixture<OssRegistry>;
