using System.Text.RegularExpressions;
using Berth.EndToEnd.Tests.Processes;
using Xunit.Abstractions;

namespace Berth.EndToEnd.Tests.Server;

/// <summary>
/// Requests of which a proxy in front and the host could think that they end in different places: behind each stands another,
/// which must not be answered.
/// </summary>
public abstract partial class FramingTests(EndToEndFixture fixture, ITestOutputHelper output) : EndToEndTest(fixture, output)
{
    private const string Hidden = "GET /v2/_catalog HTTP/1.1\r\nHost: a\r\n\r\n";
    private const string LastChunk = "0\r\n\r\n";

    public static TheoryData<string, string, string> Doubtful => new()
    {
        { "a length beside chunks", "Content-Length: 44\r\nTransfer-Encoding: chunked", LastChunk },
        { "a length behind chunks", "Transfer-Encoding: chunked\r\nContent-Length: 3", LastChunk },
        { "two lengths", "Content-Length: 0\r\nContent-Length: 39", "" },
        { "one length twice", "Content-Length: 0\r\nContent-Length: 0", "" },
        { "a list of lengths", "Content-Length: 0, 0", "" },
        { "a negative length", "Content-Length: -1", "" },
        { "a length in hexadecimal", "Content-Length: 0x0", "" },
        { "a space before the colon", "Content-Length : 0", "" },
        { "a folded coding", "Transfer-Encoding:\r\n chunked", LastChunk },
        { "a folded header", "X-A: a\r\n Content-Length: 39", "" },
        { "a line that ends in LF", "X-A: a\nContent-Length: 0", "" },
        { "a head that ends in LF", "X-A: a\n\n", "" },
        { "a CR within a line", "X-A: a\rContent-Length: 0", "" },
        { "a NUL", "X-A: a\0\r\nContent-Length: 0", "" },
        { "no coding", "Transfer-Encoding: identity\r\nContent-Length: 0", "" },
        { "an unknown coding", "Transfer-Encoding: xchunked", LastChunk },
        { "a coding after chunks", "Transfer-Encoding: chunked, identity", LastChunk },
        { "a coding before chunks", "Transfer-Encoding: gzip, chunked", LastChunk },
        { "chunks twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", LastChunk },
        { "two codings", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", LastChunk },
        { "a coding behind a vertical tab", "Transfer-Encoding: \vchunked", LastChunk },
        { "a quoted coding", "Transfer-Encoding: \"chunked\"", LastChunk },
        { "an extension that ends in LF", "Transfer-Encoding: chunked", "0;a\n\r\n\r\n" },
        { "an extension that hides a chunk", "Transfer-Encoding: chunked", "2;\nxx\r\n2c\r\n" + LastChunk },
        { "a negative chunk", "Transfer-Encoding: chunked", "-1\r\n\r\n" },
        { "a chunk of 0x", "Transfer-Encoding: chunked", "0x0\r\n\r\n" },
        { "a chunk larger than an integer", "Transfer-Encoding: chunked", "fffffffffffffffff0\r\n\r\n" },
        { "a space behind a chunk's size", "Transfer-Encoding: chunked", "0 \r\n\r\n" },
        { "a chunk longer than its size", "Transfer-Encoding: chunked", "1\r\nZ0\r\n\r\n" },
        { "two hosts", "Host: b\r\nContent-Length: 0", "" },
        { "a header of 40 KB", "X-A: " + new string('a', 40_000), "" },
        { "two hundred headers", string.Join("\r\n", Enumerable.Range(0, 200).Select(i => $"X-{i}: a")), "" },
    };

    [SkippableTheory]
    [MemberData(nameof(Doubtful))]
    public async Task A_request_whose_end_is_in_doubt_gets_one_answer_and_ends_the_connection(
        string what, string headers, string body)
    {
        Assert.NotEmpty(what);
        var server = await RequireHostAsync();

        var answer = await RawRequest.ExchangeAsync(
            server.Address,
            $"POST /v2/{Repository}/blobs/uploads/ HTTP/1.1\r\nHost: a\r\n{headers}\r\n\r\n{body}{Hidden}");

        Assert.True(StatusLine().Count(answer) <= 1, answer);
    }

    [SkippableFact]
    public async Task A_coding_in_HTTP_1_0_ends_the_connection()
    {
        var server = await RequireHostAsync();

        var answer = await RawRequest.ExchangeAsync(
            server.Address,
            $"POST /v2/{Repository}/blobs/uploads/ HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n"
            + $"Transfer-Encoding: chunked\r\n\r\n{LastChunk}{Hidden}");

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Single(StatusLine().Matches(answer));
    }

    [SkippableFact]
    public async Task Two_requests_that_end_where_they_say_get_two_answers()
    {
        var server = await RequireHostAsync();

        var answer = await RawRequest.ExchangeAsync(
            server.Address,
            $"GET /v2/ HTTP/1.1\r\nHost: a\r\n\r\nGET /v2/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

        Assert.Equal(2, StatusLine().Count(answer));
        Assert.DoesNotContain("\nServer:", answer, StringComparison.OrdinalIgnoreCase);
    }

    [SkippableFact]
    public async Task A_head_that_never_ends_ends_the_connection()
    {
        var server = await RequireHostAsync();

        var answer = await RawRequest.ExchangeAsync(server.Address, "GET /v2/ HTTP/1.1\r\nHost: a\r\n");

        Assert.Matches(@"\A(HTTP/1\.1 408 |\z)", answer);
    }

    protected abstract Task<BerthServer> RequireHostAsync();

    [GeneratedRegex(@"HTTP/1\.1 [0-9]{3} ")]
    private static partial Regex StatusLine();
}

/// <summary>The server.</summary>
public sealed class ServerFramingTests(EndToEndFixture fixture, ITestOutputHelper output) : FramingTests(fixture, output)
{
    protected override Task<BerthServer> RequireHostAsync() => Task.FromResult(SharedServer);
}

/// <summary>The Functions app.</summary>
public sealed class FunctionsFramingTests(EndToEndFixture fixture, ITestOutputHelper output) : FramingTests(fixture, output)
{
    protected override Task<BerthServer> RequireHostAsync() => RequireFunctionsAsync();
}
