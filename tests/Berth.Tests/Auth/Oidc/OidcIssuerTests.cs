using Berth.Auth.Oidc;
using Berth.Storage;
using Berth.TestTools;
using Microsoft.AspNetCore.Http;

namespace Berth.Tests.Auth.Oidc;

/// <summary>How often, from where and for how long the keys of an identity provider are fetched.</summary>
public sealed class OidcIssuerTests : IAsyncLifetime
{
    /// <summary>What fetching the keys once takes: the description, and the keys.</summary>
    private const int Once = 2;

    private readonly SetTime _time = new();
    private readonly HttpClient _http = IssuerDocuments.CreateClient();
    private LocalIssuer _server = null!;
    private OidcIssuer _issuer = null!;

    public async Task InitializeAsync()
    {
        _server = await LocalIssuer.StartAsync();
        _issuer = new(_server.Issuer, _http, _time);
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _http.Dispose();
    }

    [Fact]
    public async Task Nothing_is_fetched_before_it_is_needed_and_then_once()
    {
        Assert.Equal(0, _server.Requests);

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => FindAsync("key-1")));

        Assert.NotNull(await FindAsync("key-1"));
        Assert.Equal(Once, _server.Requests);
    }

    [Fact]
    public async Task A_new_key_is_found_when_a_token_names_it()
    {
        await FindAsync("key-1");
        var id = _server.Rotate();
        _time.Now += TimeSpan.FromSeconds(15);

        Assert.NotNull(await FindAsync(id));
        Assert.NotNull(await FindAsync("key-1"));
        Assert.Equal(2 * Once, _server.Requests);
    }

    [Fact]
    public async Task Ids_that_somebody_made_up_lead_to_few_requests()
    {
        for (var i = 0; i < 100; i++)
        {
            Assert.Null(await FindAsync($"made-up-{i}"));
        }
        Assert.Equal(Once, _server.Requests);

        _time.Now += TimeSpan.FromSeconds(15);
        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => FindAsync($"other-{i}")));

        Assert.Equal(2 * Once, _server.Requests);
    }

    [Fact]
    public async Task A_provider_that_is_down_is_not_asked_again_at_once()
    {
        _server.Fault = Status(500);

        for (var i = 0; i < 20; i++)
        {
            await Assert.ThrowsAsync<StorageException>(() => FindAsync("key-1"));
        }
        Assert.Equal(1, _server.Requests);

        _server.Fault = null;
        _time.Now += TimeSpan.FromSeconds(15);
        Assert.NotNull(await FindAsync("key-1"));
    }

    [Fact]
    public async Task What_it_said_last_is_believed_for_a_day()
    {
        await FindAsync("key-1");
        _server.Fault = Status(503);

        _time.Now += TimeSpan.FromHours(23);
        Assert.NotNull(await FindAsync("key-1"));
        // Whether this is a new key or none cannot be told.
        await Assert.ThrowsAsync<StorageException>(() => FindAsync("key-2"));

        _time.Now += TimeSpan.FromHours(1);
        await Assert.ThrowsAsync<StorageException>(() => FindAsync("key-1"));
    }

    [Fact]
    public async Task A_key_that_is_withdrawn_is_worth_nothing_an_hour_later()
    {
        await FindAsync("key-1");
        _server.Fault = context => context.Response.WriteAsync(
            context.Request.Path == "/keys" ? """{"keys":[]}"""
                : $$"""{"issuer":"{{_server.Issuer}}","jwks_uri":"{{_server.Issuer}}/keys"}""");

        _time.Now += TimeSpan.FromHours(1);

        Assert.Null(await FindAsync("key-1"));
    }

    [Fact]
    public async Task A_description_of_another_issuer_is_not_believed()
    {
        _server.Published = _server.Issuer + "/";

        await Assert.ThrowsAsync<StorageException>(() => FindAsync("key-1"));
    }

    [Theory]
    [InlineData("http://192.0.2.1/keys")]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://127.0.0.1/keys")]
    [InlineData("/keys")]
    [InlineData("")]
    public async Task Keys_are_fetched_by_https_or_from_this_machine(string address)
    {
        _server.KeysAddress = address;

        await Assert.ThrowsAsync<StorageException>(() => FindAsync("key-1"));
        Assert.Equal(1, _server.Requests);
    }

    [Fact]
    public async Task Redirects_are_not_followed()
    {
        await using var other = await LocalIssuer.StartAsync();
        _server.Fault = context =>
        {
            context.Response.Redirect(other.Issuer + context.Request.Path);
            return Task.CompletedTask;
        };

        await Assert.ThrowsAsync<StorageException>(() => FindAsync("key-1"));
        Assert.Equal(0, other.Requests);
    }

    [Fact]
    public async Task An_answer_without_end_is_cut_off()
    {
        _server.Fault = async context =>
        {
            var block = new byte[65_536];
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(block, context.RequestAborted);
            }
        };

        await Assert.ThrowsAsync<StorageException>(() => FindAsync("key-1"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("<html></html>")]
    public async Task What_is_no_description_is_no_answer(string text)
    {
        _server.Fault = context => context.Response.WriteAsync(text);

        await Assert.ThrowsAsync<StorageException>(() => FindAsync("key-1"));
    }

    [Fact]
    public async Task A_client_that_does_not_wait_ends_nothing_for_others()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _server.Fault = async context =>
        {
            asked.TrySetResult();
            await release.Task;
            _server.Fault = null;
            context.Response.StatusCode = 500;
        };
        using var gone = new CancellationTokenSource();
        var first = _issuer.FindKeyAsync("key-1", gone.Token);
        var second = FindAsync("key-1");
        await asked.Task;

        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        release.SetResult();

        await Assert.ThrowsAsync<StorageException>(() => second);
        Assert.Equal(1, _server.Requests);
    }

    [Theory]
    [InlineData("http://id.example")]
    [InlineData("ftp://id.example")]
    [InlineData("https://user:word@id.example")]
    [InlineData("https://id.example/?x=1")]
    [InlineData("https://id.example/#x")]
    [InlineData("id.example")]
    [InlineData("")]
    public void An_issuer_is_of_https(string issuer) =>
        Assert.Throws<ArgumentException>(() => new OidcIssuer(issuer, _http, _time));

    private static Func<HttpContext, Task> Status(int status) => context =>
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    };

    private Task<Microsoft.IdentityModel.Tokens.SecurityKey?> FindAsync(string id) => _issuer.FindKeyAsync(id, default);
}
