using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Berth.Auth;
using Berth.Storage;

namespace Berth.Tests.Auth;

/// <summary>Who sends too many requests waits, and others do not.</summary>
public sealed class RequestThrottleTests : IAsyncLifetime
{
    private readonly SetTime _time = new();
    private TestRegistry _registry = null!;

    public async Task InitializeAsync() => _registry = await TestRegistry.StartAsync(
        RegistryStorage.Over(new MemoryObjects(), new MemoryRecords()),
        new()
        {
            ProxyNetworks = [IPNetwork.Parse("127.0.0.0/8")],
            Auth = new()
            {
                Mode = AuthMode.Htpasswd,
                Sources = [new FixedCredentials(("alice", "right", null), ("bob", "right", null))],
                SignIn = new() { UserFailures = 1000, AddressFailures = 1000 },
                Requests = new() { PerPrincipal = 3, PerAddress = 2 },
            },
        },
        _time);

    public Task DisposeAsync() => _registry.DisposeAsync().AsTask();

    [Fact]
    public async Task A_principal_waits_wherever_it_is_and_another_does_not()
    {
        foreach (var address in new[] { "192.0.2.1", "192.0.2.2", "192.0.2.3" })
        {
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(address, "alice"));
        }

        using var response = await SendAsync("192.0.2.4", "alice");
        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(20), response.Headers.RetryAfter!.Delta);
        Assert.Contains("TOOMANYREQUESTS", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("192.0.2.4", "bob"));

        _time.Pass(TimeSpan.FromSeconds(20));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("192.0.2.4", "alice"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusAsync("192.0.2.4", "alice"));
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1", "192.0.2.2", null)]
    [InlineData("192.0.2.1", "192.0.2.1", "192.0.2.2", "wrong")]
    [InlineData("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1", null)]
    public async Task An_address_waits_that_shows_no_right_credential(string one, string same, string other, string? secret)
    {
        var name = secret is null ? null : "alice";
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(one, name, secret));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(same, name, secret));

        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusAsync(one, name, secret));
        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusAsync(same, name, secret));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(other, name, secret));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(one, "bob"));
    }

    [Fact]
    public async Task Whether_it_is_well_may_be_asked_without_end()
    {
        for (var i = 0; i < 5; i++)
        {
            using var response = await _registry.Client.GetAsync("/healthz");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    private async Task<HttpStatusCode> StatusAsync(string address, string? name, string? secret = "right")
    {
        using var response = await SendAsync(address, name, secret);
        return response.StatusCode;
    }

    private async Task<HttpResponseMessage> SendAsync(string address, string? name, string? secret = "right")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v2/");
        request.Headers.Add("X-Forwarded-For", address);
        if (name is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{secret}")));
        }
        return await _registry.Client.SendAsync(request);
    }
}
