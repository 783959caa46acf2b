using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace Berth.Tests.Protocol;

/// <summary>One line for each request, with named values, and Server-Timing on each answer.</summary>
public abstract class LogTests(RegistryFixture fixture) : ProtocolTests(fixture)
{
    [SkippableFact]
    public async Task Each_request_is_one_line_with_named_values()
    {
        var content = Client.RandomBytes(5000);
        var digest = Client.Digest(content);
        var location = await Client.StartUploadAsync(Repository);
        (await AssertStatusAsync(202, Client.SendAsync("PATCH", location, content))).Dispose();
        (await AssertStatusAsync(201, Client.SendAsync("PUT", $"{location}?digest={digest}"))).Dispose();
        (await AssertStatusAsync(200, Client.SendAsync("GET", $"/v2/{Repository}/blobs/{digest}"))).Dispose();
        (await AssertStatusAsync(206, Client.SendAsync(
            "GET", $"/v2/{Repository}/blobs/{digest}", (byte[]?)null, ("Range", "bytes=0-99")))).Dispose();
        (await AssertStatusAsync(404, Client.SendAsync("GET", $"/v2/{Repository}/manifests/none"))).Dispose();

        var lines = await Fixture.Registry.Log.WaitAsync(6, line => Repository.Equals(line.Values["Repository"]));

        var upload = location.Split('/')[^1];
        Assert.Equal(
            [
                "POST end-4  202 0", $"PATCH end-5 {upload} 202 5000", $"PUT end-6 {upload} 201 0",
                $"GET end-2 {digest} 200 5000", $"GET end-2 {digest} 206 100", "GET end-3 none 404 0",
            ],
            lines.Select(line => string.Create(
                CultureInfo.InvariantCulture,
                $"{line.Values["Method"]} {line.Values["Route"]} {line.Values["Reference"]} {line.Values["Status"]} {line.Values["Bytes"]}")));
        Assert.All(lines, line =>
        {
            Assert.Equal(LogLevel.Information, line.Level);
            Assert.InRange(line.StorageCalls, 1, 8);
            Assert.InRange(Assert.IsType<double>(line.Values["Milliseconds"]), 0, 60_000);
            Assert.False(string.IsNullOrEmpty((string?)line.Values["RequestId"]));
            Assert.DoesNotContain('?', line.Text);
        });
        Assert.Equal(lines.Count, lines.Select(line => line.Values["RequestId"]).Distinct().Count());
    }

    [SkippableFact]
    public async Task Bytes_of_a_manifest_and_of_a_list_are_told()
    {
        var manifest = await Client.PrepareImageAsync(Repository);
        await Client.PushManifestAsync(Repository, "latest", manifest);
        (await AssertStatusAsync(200, Client.SendAsync("GET", $"/v2/{Repository}/manifests/latest"))).Dispose();
        using var tags = await AssertStatusAsync(200, Client.SendAsync("GET", $"/v2/{Repository}/tags/list"));

        var log = Fixture.Registry.Log;
        Assert.Equal((long)manifest.Length, (await log.WaitAsync(Repository, "end-7", "PUT")).Values["Bytes"]);
        Assert.Equal((long)manifest.Length, (await log.WaitAsync(Repository, "end-3", "GET")).Values["Bytes"]);
        Assert.Equal(
            tags.Content.Headers.ContentLength, (await log.WaitAsync(Repository, "end-8", "GET")).Values["Bytes"]);
    }

    [SkippableFact]
    public async Task A_path_that_is_none_cannot_forge_a_line_and_its_query_stays_out()
    {
        var id = Guid.NewGuid().ToString("n");

        await RawHttp.SendAsync(Fixture.Registry, "GET", $"/{id}%0AGET%20end-2%1b[31m%C3%A4?token=secret");

        var line = Assert.Single(await Fixture.Registry.Log.WaitAsync(1, one => one.Text.Contains(id, StringComparison.Ordinal)));
        Assert.Equal($"/{id}?GET?end-2?[31m?", line.Values["Reference"]);
        Assert.Equal("none", line.Values["Route"]);
        Assert.Equal(404, line.Values["Status"]);
        Assert.DoesNotContain("secret", line.Text, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', line.Text);
    }

    [SkippableFact]
    public async Task A_malformed_name_is_not_written_into_the_log()
    {
        var id = "X" + Guid.NewGuid().ToString("n");
        await RawHttp.SendAsync(Fixture.Registry, "GET", $"/v2/{id}%0A/tags/list");
        await Client.StartUploadAsync(Repository);
        await Fixture.Registry.Log.WaitAsync(Repository, "end-4", "POST");

        Assert.DoesNotContain(Fixture.Registry.Log.Lines, line => line.Text.Contains(id, StringComparison.Ordinal));
    }

    [SkippableTheory]
    [InlineData("GET", "/v2/", 0)]
    [InlineData("GET", "/v2/test/none/tags/list", 2)]
    [InlineData("GET", "/v2/test/none/manifests/none", 1)]
    [InlineData("HEAD", "/v2/test/none/manifests/none", 1)]
    [InlineData("GET", "/v2/NONE/manifests/none", 0)]
    [InlineData("GET", "/nowhere", 0)]
    [InlineData("PUT", "/v2/", 0)]
    [InlineData("GET", "/healthz", 0)]
    public async Task Every_answer_has_Server_Timing(string method, string path, int calls)
    {
        var answer = await RawHttp.SendAsync(Fixture.Registry, method, path, "Content-Length: 0");

        var timing = Regex.Match(
            answer.Header("Server-Timing")!,
            "^storage;desc=\"([0-9]+) calls\";dur=[0-9]+\\.[0-9], total;dur=[0-9]+\\.[0-9]$");
        Assert.True(timing.Success, answer.Header("Server-Timing"));
        Assert.Equal(calls, int.Parse(timing.Groups[1].Value, CultureInfo.InvariantCulture));
        Assert.Equal("registry/2.0", answer.Header("Docker-Distribution-Api-Version"));
        Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
    }
}

public sealed class LogOverMemory(MemoryRegistry registry) : LogTests(registry), IClassFixture<MemoryRegistry>;

public sealed class LogOverFolder(FolderRegistry registry) : LogTests(registry), IClassFixture<FolderRegistry>;

public sealed class LogOverAzure(AzureRegistry registry) : LogTests(registry), IClassFixture<AzureRegistry>;

public sealed class LogOverS3(S3Registry registry) : LogTests(registry), IClassFixture<S3Registry>;

public sealed class LogOverOss(OssRegistry registry) : LogTests(registry), IClassFixture<OssRegistry>;
