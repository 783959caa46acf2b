using System.Text;
using System.Text.Json.Nodes;
using Berth.Functions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Berth.Tests.Functions;

/// <summary>What the function does when there is no registry to ask.</summary>
public sealed class RegistryTests
{
    private static readonly Dictionary<string, string> Wrong = new() { ["Berth__DeleteEnabled"] = "maybe" };

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    public async Task Without_settings_that_make_sense_every_request_is_answered_503(string method)
    {
        var log = new RecordingLogger();
        using var registry = Create(Wrong, log);
        for (var i = 0; i < 2; i++)
        {
            var context = new DefaultHttpContext { Response = { Body = new MemoryStream() } };
            context.Request.Method = method;
            context.Request.Path = "/v2/";

            await registry.HandleAsync(context);

            Assert.Equal(503, context.Response.StatusCode);
            Assert.Equal("application/json", context.Response.ContentType);
            Assert.Equal("60", context.Response.Headers.RetryAfter);
            var body = Encoding.UTF8.GetString(((MemoryStream)context.Response.Body).ToArray());
            if (method == "HEAD")
            {
                Assert.Empty(body);
            }
            else
            {
                Assert.Equal(context.Response.ContentLength, body.Length);
                Assert.Equal("UNAVAILABLE", (string?)JsonNode.Parse(body)!["errors"]![0]!["code"]);
            }
        }
        var told = Assert.Single(log.Lines, line => line.Level == LogLevel.Error);
        Assert.StartsWith("Berth is not configured: ", told.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_has_begun_is_broken_off()
    {
        using var registry = Create(Wrong);
        var context = new DefaultHttpContext();
        var connection = new Connection();
        context.Features.Set<IHttpRequestLifetimeFeature>(connection);
        context.Features.Set<IHttpResponseFeature>(new BegunResponse());

        await registry.HandleAsync(context);

        Assert.True(connection.IsAborted);
    }

    [Fact]
    public async Task The_ping_is_answered_where_storage_is_not_there()
    {
        using var registry = Create(new()
        {
            ["AzureWebJobsStorage"] = "AccountName=a;AccountKey=QQ==;BlobEndpoint=http://127.0.0.1:1;TableEndpoint=http://127.0.0.1:1",
        });
        var context = new DefaultHttpContext { Response = { Body = new MemoryStream() } };
        context.Request.Method = "GET";
        context.Request.Path = "/v2/";

        await registry.HandleAsync(context);

        Assert.Equal(200, context.Response.StatusCode);
    }

    [Fact]
    public async Task Without_settings_that_make_sense_the_timer_says_so_once_and_collects_nothing()
    {
        var log = new RecordingLogger();
        using var registry = Create(Wrong, log);

        await registry.CollectAsync(CancellationToken.None);
        await registry.CollectAsync(CancellationToken.None);

        Assert.StartsWith("Berth is not configured: ", Assert.Single(log.Lines).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_timer_collects_what_is_due_and_not_twice()
    {
        var log = new RecordingLogger();
        using var registry = Create(new() { ["Berth__Storage__Provider"] = "memory" }, log);

        await registry.CollectAsync(CancellationToken.None);
        await registry.CollectAsync(CancellationToken.None);

        var lines = log.Lines.Where(line => line.Text.StartsWith("Collection: ", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, lines.Count);
        Assert.All(lines, line => Assert.Equal(true, line.Values["IsComplete"]));
        Assert.True((long)lines[1].Values["Calls"]! < (long)lines[0].Values["Calls"]!);
        Assert.DoesNotContain(log.Lines, line => line.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task Switched_off_the_timer_opens_nothing()
    {
        var log = new RecordingLogger();
        using var registry = Create(
            new()
            {
                ["AzureWebJobsStorage"] = "AccountName=a;AccountKey=QQ==;BlobEndpoint=http://127.0.0.1:1;TableEndpoint=http://127.0.0.1:1",
                ["Berth__Collection__Enabled"] = "false",
            },
            log);

        await registry.CollectAsync(CancellationToken.None);

        Assert.Empty(log.Lines);
    }

    [Fact]
    public async Task A_store_that_does_not_answer_the_timer_is_told_and_nothing_escapes()
    {
        var log = new RecordingLogger();
        using var registry = Create(
            new()
            {
                ["AzureWebJobsStorage"] = "AccountName=a;AccountKey=QQ==;BlobEndpoint=http://127.0.0.1:1;TableEndpoint=http://127.0.0.1:1",
            },
            log);

        await registry.CollectAsync(CancellationToken.None);

        Assert.Single(log.Lines, line => line.Level == LogLevel.Error && line.Exception is not null);
    }

    private static Registry Create(Dictionary<string, string> environment, RecordingLogger? log = null)
    {
        log ??= new();
        environment["WEBSITE_HOSTNAME"] = "localhost:7071";
        return new(FunctionsConfiguration.Read(environment, AppContext.BaseDirectory), log, log, log);
    }

    private sealed class Connection : IHttpRequestLifetimeFeature
    {
        public bool IsAborted { get; private set; }

        public CancellationToken RequestAborted { get; set; }

        public void Abort() => IsAborted = true;
    }

    private sealed class BegunResponse : HttpResponseFeature
    {
        public override bool HasStarted => true;
    }
}
