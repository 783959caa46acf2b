using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Berth.Auth;
using Berth.Auth.Audit;
using Berth.Content;
using Berth.Storage;
using Berth.Tests.Protocol;
using Microsoft.Extensions.Logging;

namespace Berth.Tests.Auth.Audit;

/// <summary>Which requests are written down, with what, and that no secret is.</summary>
public sealed class AuditTrailTests : IAsyncLifetime
{
    private readonly MemoryRecords _records = new();
    private readonly Interception _interception = new();
    private readonly SetTime _time = new();
    private TestRegistry _registry = null!;

    public async Task InitializeAsync() => _registry = await StartAsync(AuthMode.Htpasswd);

    public Task DisposeAsync() => _registry.DisposeAsync().AsTask();

    [Fact]
    public async Task A_login_is_written_down_with_who_when_where_and_what()
    {
        using var response = await SendAsync("GET", "/v2/", "alice", "right", ("User-Agent", "docker/28.1 " + new string('x', 500)));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var one = Assert.Single(await EventsAsync());
        Assert.Equal(("login", "allowed", 200), (one.Action, one.Decision, one.Status));
        Assert.Equal(("user:test:alice", "test", "password"), (one.Principal, one.Issuer, one.Method));
        Assert.Equal((_time.GetUtcNow(), "127.0.0.1"), (one.Time, one.Address));
        Assert.StartsWith("docker/28.1 xxx", one.Agent, StringComparison.Ordinal);
        Assert.Equal(200, one.Agent!.Length);
        Assert.NotEmpty(one.RequestId);
        Assert.Null(one.Name);
    }

    [Theory]
    [InlineData("alice", "wrong", "alice")]
    [InlineData("berth_pat_x_secret", "", null)]
    [InlineData("eyJhbGciOiJFUzI1NiJ9", "", null)]
    [InlineData("no name\n", "", null)]
    public async Task A_refused_login_is_written_down_with_the_name_if_it_looks_like_one(
        string name, string secret, string? written)
    {
        using var response = await SendAsync("GET", "/v2/a/b/tags/list", name, secret);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        var one = Assert.Single(await EventsAsync());
        Assert.Equal(("login", "refused", 401), (one.Action, one.Decision, one.Status));
        Assert.Equal((null, written, "a/b", "a"), (one.Principal, one.Name, one.Repository, one.Project));
        Assert.Equal(name == "alice" ? "wrong secret" : "unknown name", one.Rule);
    }

    [Fact]
    public async Task A_push_and_a_delete_are_written_down_with_tag_and_digest_and_blobs_are_not()
    {
        var alice = As("alice");
        var manifest = await alice.PrepareImageAsync("a/b");
        var digest = await alice.PushManifestAsync("a/b", "latest", manifest);
        (await alice.SendAsync("GET", "/v2/a/b/manifests/latest")).Dispose();
        _time.Pass(TimeSpan.FromSeconds(1));
        (await alice.SendAsync("DELETE", "/v2/a/b/manifests/latest")).Dispose();

        var events = await EventsAsync();

        Assert.Equal(
            [("delete", 202, "latest", null), ("push", 201, "latest", digest)],
            events.Select(one => (one.Action, one.Status, one.Reference, one.Digest)));
        Assert.All(events, one => Assert.Equal(
            ("allowed", "user:test:alice", "a/b", "any login"), (one.Decision, one.Principal, one.Repository, one.Rule)));
    }

    [Theory]
    [InlineData("GET", "/v2/a/b/manifests/v1", "pull", "v1")]
    [InlineData("POST", "/v2/a/b/blobs/uploads/", "push", null)]
    [InlineData("DELETE", "/v2/a/b/manifests/v1", "delete", "v1")]
    public async Task What_a_credential_does_not_allow_is_written_down(
        string method, string path, string action, string? reference)
    {
        using var response = await SendAsync(method, path, "limited", "right");

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        var one = Assert.Single(await EventsAsync());
        Assert.Equal((action, "refused", "limit of the credential"), (one.Action, one.Decision, one.Rule));
        Assert.Equal(("user:test:limited", "a/b", reference), (one.Principal, one.Repository, one.Reference));
    }

    [Fact]
    public async Task Who_is_only_asked_for_a_credential_or_pulls_what_it_may_is_not_written_down()
    {
        (await _registry.Client.GetAsync("/v2/")).Dispose();
        (await _registry.Client.GetAsync("/v2/a/b/tags/list")).Dispose();
        (await _registry.Client.DeleteAsync("/v2/a/b/manifests/latest")).Dispose();
        (await _registry.Client.GetAsync("/healthz")).Dispose();
        (await As("alice").SendAsync("GET", "/v2/a/b/tags/list")).Dispose();

        Assert.Empty(await EventsAsync());
    }

    [Fact]
    public async Task An_open_registry_writes_nothing_down()
    {
        await using var open = await StartAsync(AuthMode.None);

        await new Client(open.Client).PushManifestAsync("a/b", "v1", await new Client(open.Client).PrepareImageAsync("a/b"));

        Assert.Empty(await EventsAsync());
    }

    [Fact]
    public async Task An_event_is_written_before_its_answer_leaves()
    {
        var held = _interception.Hold("Records.PutAsync");
        var asking = SendAsync("GET", "/v2/", "alice", "right");

        await held.ReachedAsync();
        Assert.False(asking.IsCompleted);
        held.Open();

        using var response = await asking;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task What_cannot_be_written_is_logged_and_the_push_stays()
    {
        var alice = As("alice");
        var manifest = await alice.PrepareImageAsync("a/b");
        _interception.Before = (_, key, _) => key.StartsWith("audit", StringComparison.Ordinal)
            ? throw new StorageException("no more room") : Task.CompletedTask;

        await alice.PushManifestAsync("a/b", "latest", manifest);

        var lines = await _registry.Log.WaitAsync(1, line => line.Text.StartsWith("The audit lacks", StringComparison.Ordinal));
        Assert.Equal((LogLevel.Error, "push"), (lines[0].Level, lines[0].Values["Action"]));
        using var pulled = await alice.SendAsync("GET", "/v2/a/b/manifests/latest");
        Assert.Equal(HttpStatusCode.OK, pulled.StatusCode);
        Assert.Empty(await EventsAsync());
    }

    [Fact]
    public async Task A_flood_of_wrong_tokens_is_not_written_down_for_ever()
    {
        for (var i = 0; i < 70; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/v2/");
            request.Headers.Authorization = new("Bearer", "nonsense");
            (await _registry.Client.SendAsync(request)).Dispose();
        }
        Assert.Equal(60, (await EventsAsync()).Count);

        _time.Pass(TimeSpan.FromMinutes(1));
        (await SendAsync("GET", "/v2/", "alice", "wrong")).Dispose();
        Assert.Equal(61, (await EventsAsync()).Count);
    }

    [Fact]
    public async Task No_secret_is_in_the_log_the_audit_or_an_answer()
    {
        var planted = Guid.NewGuid().ToString("n");
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"alice:{planted}"));
        var answers = new StringBuilder();
        foreach (var authorization in new[]
        {
            $"Basic {basic}", $"Bearer {planted}", $"Bearer eyJ{planted}.eyJ{planted}.{planted}", $"Digest {planted}", planted,
            "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"berth_pat_{planted}:x")),
        })
        {
            foreach (var path in new[] { "/v2/", "/v2/a/b/tags/list", $"/nowhere?sig={planted}", $"/token?password={planted}" })
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, path);
                request.Headers.TryAddWithoutValidation("Authorization", authorization);
                using var response = await _registry.Client.SendAsync(request);
                answers.Append(response.Headers).Append(await response.Content.ReadAsStringAsync());
            }
        }
        await _registry.Log.WaitAsync(24, line => line.Values.ContainsKey("Route"));

        var everything = answers + string.Concat(_registry.Log.Lines.Select(line => $"{line.Text}{line.Exception}"))
            + string.Concat(await EventsAsync());
        Assert.DoesNotContain(planted, everything, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(basic, everything, StringComparison.Ordinal);
        Assert.NotEmpty(await EventsAsync());
    }

    private async Task<IReadOnlyList<AuditRecord>> EventsAsync() =>
        (await new AuditLog(_records).FindAsync(new(), 1000, after: null, CancellationToken.None)).Events;

    private Client As(string name)
    {
        var http = new HttpClient { BaseAddress = _registry.Address };
        http.DefaultRequestHeaders.Authorization = Basic(name, "right");
        return new(http);
    }

    private async Task<HttpResponseMessage> SendAsync(
        string method, string path, string name, string secret, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new(method), path);
        request.Headers.Authorization = Basic(name, secret);
        foreach (var (header, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(header, value);
        }
        return await _registry.Client.SendAsync(request);
    }

    private static AuthenticationHeaderValue Basic(string name, string secret) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{secret}")));

    private Task<TestRegistry> StartAsync(AuthMode mode)
    {
        Assert.True(RepositoryPattern.TryParse("other/*", out var other));
        return TestRegistry.StartAsync(
            RegistryStorage.Over(new MemoryObjects(), new InterceptedRecords(_records, _interception)),
            new()
            {
                Auth = new()
                {
                    Mode = mode,
                    Sources =
                    [
                        new FixedCredentials(
                            ("alice", "right", null), ("limited", "right", [new AccessLimit(other, RepositoryActions.All)])),
                    ],
                    SignIn = new() { UserFailures = 1000, AddressFailures = 1000 },
                },
            },
            _time);
    }
}
