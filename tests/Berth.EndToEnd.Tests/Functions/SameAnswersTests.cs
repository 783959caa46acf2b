using System.Text.RegularExpressions;
using Berth.EndToEnd.Tests.Processes;
using Berth.EndToEnd.Tests.Server;
using Xunit.Abstractions;

namespace Berth.EndToEnd.Tests.Functions;

/// <summary>Whatever stands between the client and the registry on Functions changes no answer.</summary>
public sealed partial class SameAnswersTests(EndToEndFixture fixture, ITestOutputHelper output)
    : EndToEndTest(fixture, output)
{
    private const string Digest = "sha256:00000000000000000000000000000000000000000000000000000000000000aa";

    private const string NoChunk = "zzz\r\n";

    [SkippableTheory]
    [InlineData("GET /v2/")]
    [InlineData("HEAD /v2/")]
    [InlineData("GET /v2")]
    [InlineData("GET /V2/")]
    [InlineData("GET /v2//")]
    [InlineData("GET /v2/../v2/")]
    [InlineData("GET /v2/%2e%2e/v2/")]
    [InlineData("GET /v1/")]
    [InlineData("GET /healthz")]
    [InlineData("OPTIONS /v2/")]
    [InlineData("OPTIONS /v2/a/tags/list")]
    [InlineData("DELETE /v2/")]
    [InlineData("PATCH /v2/a/manifests/b\nContent-Length: 0")]
    [InlineData("GET /v2/a/manifests/")]
    [InlineData("GET /v2/a/manifests/b")]
    [InlineData("HEAD /v2/a/manifests/b")]
    [InlineData("GET /v2/a/manifests/b?x=%2F&y=a+b")]
    [InlineData("GET /v2/a%2Fb/manifests/c")]
    [InlineData("GET /v2/A/manifests/b")]
    [InlineData("GET /v2/a/manifests/-b")]
    [InlineData("GET /v2/a/manifests/%00")]
    [InlineData("GET /v2/a/manifests/%E4%BD%A0")]
    [InlineData("GET /v2/a/blobs/sha256:1")]
    [InlineData("GET /v2/a/blobs/" + Digest)]
    [InlineData("HEAD /v2/a/blobs/" + Digest)]
    [InlineData("GET /v2/a/blobs/sha256%3A00000000000000000000000000000000000000000000000000000000000000aa")]
    [InlineData("GET /v2/a/blobs/uploads/1")]
    [InlineData("PUT /v2/a/blobs/uploads/1?digest=x\nContent-Length: 0")]
    [InlineData("DELETE /v2/a/blobs/" + Digest)]
    [InlineData("GET /v2/no/such/tags/list?n=-1")]
    [InlineData("GET /v2/no/such/tags/list?n=1")]
    [InlineData("GET /v2/a/referrers/" + Digest)]
    [InlineData("GET /v2/a/referrers/" + Digest + "?artifactType=%22")]
    [InlineData("GET http://other.example/v2/")]
    [InlineData("PUT /v2/a/manifests/b\nContent-Type: application/json\nContent-Length: 2", "{}")]
    [InlineData("PUT /v2/a/manifests/b\nContent-Type: application/json\nTransfer-Encoding: chunked", "2\r\n{}\r\n0\r\n\r\n")]
    [InlineData("PUT /v2/a/manifests/b\nTransfer-Encoding: chunked", NoChunk)]
    [InlineData("GET /v2/a/tags/list\nRange: bytes=0-")]
    [InlineData("GET /v2/a/tags/list\nAccept: text/plain")]
    public async Task A_request_is_answered_as_berth_server_answers_it(string head, string body = "")
    {
        Skip.If(FunctionsApp.IsOfficial && body == NoChunk, "the platform's host answers a body that is no HTTP itself");
        var functions = await RequireFunctionsAsync();
        var line = head.Split('\n', 2);
        var request = $"{line[0]} HTTP/1.1{(line.Length == 1 ? "" : $"\n{line[1]}")}";

        var expected = Comparable(await RawRequest.SendAsync(SharedServer.Address, request, body));
        var actual = Comparable(await RawRequest.SendAsync(functions.Address, request, body));

        Assert.StartsWith("HTTP/1.1 ", expected, StringComparison.Ordinal);
        Assert.Equal(expected, actual);
    }

    /// <summary>Without what differs between two answers of one server, or names it.</summary>
    private static string Comparable(string answer)
    {
        var end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var head = answer[..end].Split("\r\n");
        var headers = head.Skip(1).Where(header => !Varying().IsMatch(header)).Order(StringComparer.OrdinalIgnoreCase);
        return string.Join('\n', [head[0], .. headers, "", answer[(end + 4)..]]);
    }

    [GeneratedRegex("^(Date|Server|Server-Timing|Connection):", RegexOptions.IgnoreCase)]
    private static partial Regex Varying();
}
