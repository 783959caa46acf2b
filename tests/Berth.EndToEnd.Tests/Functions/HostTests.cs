using System.Net;
using System.Text.Json.Nodes;
using Berth.EndToEnd.Tests.Content;
using Berth.EndToEnd.Tests.Processes;
using Berth.EndToEnd.Tests.Server;
using Xunit.Abstractions;

namespace Berth.EndToEnd.Tests.Functions;

/// <summary>The Functions app as a program: redirects, clients that go away, settings that make no sense, limits.</summary>
public sealed class HostTests(EndToEndFixture fixture, ITestOutputHelper output) : EndToEndTest(fixture, output)
{
    private const string AnyManifest = "/v2/a/manifests/b";

    // More than the sockets between two processes hold, so that the app has read of it.
    private const int Large = 32_000_000;

    private static readonly HttpClient Client = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });

    [SkippableFact]
    public async Task A_pull_goes_through_a_redirect_to_another_host()
    {
        var skopeo = RequireSkopeo();
        var app = await RequireFunctionsAsync();
        var sample = CreateSample(SampleKind.Image);

        await skopeo.PushAsync(sample, ImageAt(app));
        await skopeo.PullAsync(ImageAt(app), Folder.At("pulled"));

        AssertPulled(sample, Folder.At("pulled"));
        Assert.Equal("localhost", app.Address.Host);
        await AssertRedirectedAsync(app);
        Assert.DoesNotContain(app.Log, line => line.Contains("sig=", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task A_client_that_goes_away_ends_the_reading_of_the_store()
    {
        var settings = await FunctionsApp.RequireStorageAsync();
        settings["Berth__RedirectEnabled"] = "false";
        var app = await StartFunctionsAsync(settings);
        var digest = await PushLargeAsync(app);

        using (var response = await Client.GetAsync(
            new Uri(app.Address, $"/v2/{Repository}/blobs/{digest}"), HttpCompletionOption.ResponseHeadersRead))
        {
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            await (await response.Content.ReadAsStreamAsync()).ReadExactlyAsync(new byte[1000]);
        }

        var line = await app.WaitForLineAsync(line => line.Contains($" GET end-2 {Repository} ", StringComparison.Ordinal));
        Assert.Contains($"{digest} 499 ", line, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_client_that_goes_away_ends_an_upload_that_can_be_resumed()
    {
        var app = await RequireFunctionsAsync();
        var http = new RegistryHttp(app.Address);
        var content = new byte[Large];
        Random.Shared.NextBytes(content);
        var location = await http.StartUploadAsync(Repository);
        using var stalled = new StallingContent(content);

        var appending = http.AppendAsync(location, stalled);
        await stalled.Stalled.WaitAsync(TimeSpan.FromMinutes(1));
        stalled.BreakOff();
        await Assert.ThrowsAsync<HttpRequestException>(() => appending);

        await app.WaitForLineAsync(line => line.Contains($" PATCH end-5 {Repository} ", StringComparison.Ordinal));
        var offset = await http.GetOffsetAsync(location);
        Assert.InRange(offset, 1, Large - 1);
        var digest = OciLayout.DigestOf(content);
        await http.FinishUploadAsync(location, digest, new ByteArrayContent(content[(int)offset..]));
        Assert.Equal(content, await http.GetBlobAsync(Repository, digest));
    }

    [SkippableTheory]
    [InlineData("Berth__DeleteEnabled", "maybe", "Berth__DeleteEnabled: \"maybe\" is not accepted; write true or false")]
    [InlineData("Berth__Storage__Provider", "tape", "Berth__Storage__Provider: \"tape\" is not accepted")]
    [InlineData("AzureWebJobsStorage", "", "Berth:Storage:Azure:ConnectionString: the azure provider needs it")]
    [InlineData("AzureWebJobsStorage", "nonsense", "AzureWebJobsStorage")]
    public async Task Settings_that_make_no_sense_are_told_in_the_log_and_never_look_like_success(
        string name, string value, string message)
    {
        var app = await StartFunctionsAsync(new Dictionary<string, string> { [name] = value });

        using var response = await Client.GetAsync(new Uri(app.Address, AnyManifest));
        Assert.InRange((int)response.StatusCode, 500, 503);
        var body = await response.Content.ReadAsStringAsync();
        Assert.NotNull(JsonNode.Parse(body)!["errors"]![0]!["code"]);
        Assert.DoesNotContain(name, body, StringComparison.Ordinal);
        using var head = await Client.SendAsync(new(HttpMethod.Head, new Uri(app.Address, AnyManifest)));
        Assert.Equal(response.StatusCode, head.StatusCode);

        await app.WaitForLineAsync(line => line.Contains(message, StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task A_store_that_does_not_answer_is_told_as_503_and_the_ping_needs_none()
    {
        var app = await StartFunctionsAsync(new Dictionary<string, string>
        {
            ["AzureWebJobsStorage"] =
                $"AccountName={Azurite.Account};AccountKey={Azurite.AccountKey};DefaultEndpointsProtocol=http;"
                + "BlobEndpoint=http://127.0.0.1:1/a;TableEndpoint=http://127.0.0.1:1/a",
        });

        using var ping = await Client.GetAsync(new Uri(app.Address, "/v2/"));
        Assert.Equal(HttpStatusCode.OK, ping.StatusCode);
        using var response = await Client.GetAsync(new Uri(app.Address, AnyManifest));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_layer_over_the_limit_of_the_host_is_refused_with_the_remedy(bool chunked)
    {
        Skip.If(FunctionsApp.IsOfficial, "the platform's host refuses it with an answer of its own");
        var settings = await FunctionsApp.RequireStorageAsync();
        settings["FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"] = "1000000";
        var app = await StartFunctionsAsync(settings);
        var location = await new RegistryHttp(app.Address).StartUploadAsync(Repository);

        using var request = new HttpRequestMessage(HttpMethod.Patch, new Uri(app.Address, location))
        {
            Content = new ByteArrayContent(new byte[1_000_001]),
        };
        request.Headers.TransferEncodingChunked = chunked;
        using var response = await Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["errors"]![0]!;
        Assert.Equal("SIZE_INVALID", (string?)error["code"]);
        Assert.Contains("FUNCTIONS_REQUEST_BODY_SIZE_LIMIT", (string?)error["message"], StringComparison.Ordinal);
    }

    private async Task<string> PushLargeAsync(BerthServer app)
    {
        var http = new RegistryHttp(app.Address);
        var content = new byte[Large];
        Random.Shared.NextBytes(content);
        var digest = OciLayout.DigestOf(content);
        await http.FinishUploadAsync(await http.StartUploadAsync(Repository), digest, new ByteArrayContent(content));
        return digest;
    }
}
