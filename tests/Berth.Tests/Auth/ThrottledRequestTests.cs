using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Berth.Auth;
using Berth.Storage;

namespace Berth.Tests.Auth;

/// <summary>What a client is answered that was wrong too often.</summary>
public sealed class ThrottledRequestTests : IAsyncLifetime
{
    private readonly CountingSource _source = new();
    private TestRegistry _registry = null!;

    public async Task InitializeAsync() => _registry = await TestRegistry.StartAsync(
        RegistryStorage.Over(new MemoryObjects(), new MemoryRecords()),
        new()
        {
            ProxyNetworks = [IPNetwork.Parse("127.0.0.0/8")],
            Auth = new()
            {
                Mode = AuthMode.Htpasswd,
                Sources = [_source],
                SignIn = new() { UserFailures = 2, AddressFailures = 4 },
            },
        });

    public Task DisposeAsync() => _registry.DisposeAsync().AsTask();

    [Fact]
    public async Task Whoever_was_wrong_too_often_is_told_to_wait_and_nobody_is_asked()
    {
        await FailAsync("alice", 2);

        using var response = await SendAsync("alice", "right", "192.0.2.1");
        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.InRange(response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 300);
        Assert.Contains("TOOMANYREQUESTS", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(response.Headers.WwwAuthenticate);
        Assert.Equal(2, _source.Asked);
    }

    [Fact]
    public async Task The_same_user_elsewhere_and_others_at_the_address_go_on()
    {
        await FailAsync("alice", 2);

        Assert.Equal(HttpStatusCode.OK, await StatusAsync("alice", "right", "192.0.2.2"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("bob", "right", "192.0.2.1"));
        using var anonymous = await _registry.Client.GetAsync("/healthz");
        Assert.Equal(HttpStatusCode.OK, anonymous.StatusCode);
    }

    [Fact]
    public async Task An_address_that_tries_many_names_is_told_to_wait()
    {
        for (var i = 0; i < 4; i++)
        {
            await FailAsync($"user{i}", 1);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusAsync("bob", "right", "192.0.2.1"));
    }

    [Fact]
    public async Task A_source_that_does_not_answer_is_no_failure_of_the_client()
    {
        _source.Fault = new StorageException("down");
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync("alice", "right", "192.0.2.1"));
        }
        _source.Fault = null;

        Assert.Equal(HttpStatusCode.OK, await StatusAsync("alice", "right", "192.0.2.1"));
    }

    [Fact]
    public async Task Too_many_passwords_at_once_are_told_to_wait_and_are_no_failures()
    {
        _source.Fault = new PasswordsBusyException(TimeSpan.FromSeconds(7));
        for (var i = 0; i < 5; i++)
        {
            using var response = await SendAsync("alice", "right", "192.0.2.1");
            Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
            Assert.Equal(TimeSpan.FromSeconds(7), response.Headers.RetryAfter!.Delta);
        }
        _source.Fault = null;

        Assert.Equal(HttpStatusCode.OK, await StatusAsync("alice", "right", "192.0.2.1"));
    }

    private async Task FailAsync(string name, int times)
    {
        for (var i = 0; i < times; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(name, $"wrong{i}", "192.0.2.1"));
        }
    }

    private async Task<HttpStatusCode> StatusAsync(string name, string secret, string address)
    {
        using var response = await SendAsync(name, secret, address);
        return response.StatusCode;
    }

    private async Task<HttpResponseMessage> SendAsync(string name, string secret, string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v2/");
        request.Headers.Authorization =
            new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{secret}")));
        request.Headers.Add("X-Forwarded-For", address);
        return await _registry.Client.SendAsync(request);
    }

    private sealed class CountingSource : ICredentialSource
    {
        public Exception? Fault { get; set; }

        public int Asked { get; private set; }

        public Task<SignIn?> SignInAsync(string name, string secret, CancellationToken cancellationToken)
        {
            Asked++;
            return Fault is not null ? Task.FromException<SignIn?>(Fault) : Task.FromResult<SignIn?>(
                secret == "right"
                    ? SignIn.Accepted(new(new(PrincipalKind.User, "test", name)))
                    : SignIn.Refused("wrong secret"));
        }
    }
}
