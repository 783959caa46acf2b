using System.Net;

namespace Berth.Tests.Protocol;

/// <summary>end-1, and every path and method that is none of the spec's.</summary>
public abstract class PingTests(RegistryFixture fixture) : ProtocolTests(fixture)
{
    [SkippableTheory]
    [InlineData("/v2/")]
    [InlineData("/v2")]
    public async Task The_api_answers_200_with_an_empty_object(string path)
    {
        using var response = await AssertStatusAsync(200, Client.SendAsync("GET", path));

        Assert.Equal("application/json", Header(response, "Content-Type"));
        Assert.Equal("registry/2.0", Header(response, "Docker-Distribution-Api-Version"));
        Assert.Equal("{}", await response.Content.ReadAsStringAsync());
    }

    [SkippableTheory]
    [InlineData("/v1/_ping")]
    [InlineData("/v1/search?q=x")]
    [InlineData("/")]
    [InlineData("/v3/")]
    [InlineData("/v2/name")]
    [InlineData("/v2/name/tags")]
    [InlineData("/v2/name/tags/list/more")]
    [InlineData("/v2/name/blobs/")]
    [InlineData("/v2/name/manifests")]
    [InlineData("/v2/tags/list")]
    [InlineData("/v2/_catalog/more")]
    [InlineData("/V2/")]
    [InlineData("/favicon.ico")]
    public async Task A_path_that_is_none_of_the_spec_is_answered_with_404_and_json(string path)
    {
        using var response = await Client.SendAsync("GET", path);

        await AssertErrorAsync(response, 404, "UNSUPPORTED");
        Assert.Contains("calls\"", Header(response, "Server-Timing"), StringComparison.Ordinal);
        Assert.Contains("storage;desc=\"0 calls\"", Header(response, "Server-Timing"), StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("POST", "/v2/", "GET, HEAD")]
    [InlineData("TRACE", "/v2/", "GET, HEAD")]
    [InlineData("HEAD", "/v2/_catalog", "GET")]
    [InlineData("DELETE", "/v2/_catalog", "GET")]
    [InlineData("POST", "/v2/a/b/blobs/sha256:x", "GET, HEAD, DELETE")]
    [InlineData("PUT", "/v2/a/b/blobs/sha256:x", "GET, HEAD, DELETE")]
    [InlineData("GET", "/v2/a/b/blobs/uploads/", "POST")]
    [InlineData("GET", "/v2/a/b/blobs/uploads", "POST")]
    [InlineData("PUT", "/v2/a/b/blobs/uploads/", "POST")]
    [InlineData("POST", "/v2/a/b/blobs/uploads/2f0f7d70-dd29-4c12-bf33-5fd36e8d8f3f", "PATCH, PUT, GET, DELETE")]
    [InlineData("HEAD", "/v2/a/b/blobs/uploads/2f0f7d70-dd29-4c12-bf33-5fd36e8d8f3f", "PATCH, PUT, GET, DELETE")]
    [InlineData("POST", "/v2/a/b/manifests/latest", "GET, HEAD, PUT, DELETE")]
    [InlineData("PATCH", "/v2/a/b/manifests/latest", "GET, HEAD, PUT, DELETE")]
    [InlineData("PUT", "/v2/a/b/tags/list", "GET")]
    [InlineData("DELETE", "/v2/a/b/referrers/sha256:x", "GET")]
    [InlineData("MKCOL", "/v2/a/b/manifests/latest", "GET, HEAD, PUT, DELETE")]
    [InlineData("get", "/v2/", "GET, HEAD")]
    public async Task A_method_that_a_path_does_not_have_is_answered_with_405_and_Allow(
        string method, string path, string allowed)
    {
        var answer = await RawHttp.SendAsync(Fixture.Registry, method, path);

        Assert.Equal(405, answer.Status);
        Assert.Equal(
            allowed.Split(", ").Order(StringComparer.Ordinal),
            answer.Header("Allow")!.Split(", ").Order(StringComparer.Ordinal));
        if (method == "HEAD")
        {
            Assert.Empty(answer.Body);
        }
        else
        {
            AssertError(answer, 405, "UNSUPPORTED");
        }
    }

    [SkippableTheory]
    [InlineData("/v2/", "GET, HEAD")]
    [InlineData("/v2/_catalog", "GET")]
    [InlineData("/v2/a/b/manifests/latest", "DELETE, GET, HEAD, PUT")]
    [InlineData("/v2/a/b/blobs/uploads/", "POST")]
    public async Task OPTIONS_tells_what_a_path_allows(string path, string allowed)
    {
        var answer = await RawHttp.SendAsync(Fixture.Registry, "OPTIONS", path);

        Assert.Equal(204, answer.Status);
        Assert.Equal(allowed, string.Join(", ", answer.Header("Allow")!.Split(", ").Order(StringComparer.Ordinal)));
        Assert.Empty(answer.Body);
    }

    [SkippableTheory]
    [InlineData("/v2/")]
    [InlineData("/v2/name/blobs/sha256:0123")]
    [InlineData("/v2/name/blobs/sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("/v2/name/manifests/latest")]
    [InlineData("/v2/name/manifests/-")]
    [InlineData("/v2/name/tags/list")]
    [InlineData("/v2/NAME/tags/list")]
    [InlineData("/v2/_catalog")]
    [InlineData("/v1/_ping")]
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    public async Task HEAD_never_has_a_body(string path)
    {
        var answer = await RawHttp.SendAsync(Fixture.Registry, "HEAD", path);

        Assert.NotEqual(0, answer.Status);
        Assert.Empty(answer.Body);
    }

    [SkippableTheory]
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    public async Task Health_is_told_without_a_name_of_anything(string path)
    {
        using var response = await AssertStatusAsync(200, Client.SendAsync("GET", path));

        Assert.Equal("""{"status":"ok"}""", await response.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }
}

public sealed class PingOverMemory(MemoryRegistry registry) : PingTests(registry), IClassFixture<MemoryRegistry>;

public sealed class PingOverFolder(FolderRegistry registry) : PingTests(registry), IClassFixture<FolderRegistry>;

public sealed class PingOverAzure(AzureRegistry registry) : PingTests(registry), IClassFixture<AzureRegistry>;

public sealed class PingOverS3(S3Registry registry) : PingTests(registry), IClassFixture<S3Registry>;

public sealed class PingOverOss(OssRegistry registry) : PingTests(registry), IClassFixture<OssRegistry>;
