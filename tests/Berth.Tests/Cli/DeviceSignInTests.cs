using System.Collections.Concurrent;
using Berth.Tests.Accounts;
using Berth.Tests.Moving;
using Microsoft.AspNetCore.Http;
using Xunit.Abstractions;

namespace Berth.Tests.Cli;

/// <summary><c>berth login --oidc</c>, against an issuer that speaks RFC 8628.</summary>
public sealed class DeviceSignInTests(AccountsRegistry registry, ITestOutputHelper output) : CliTest(registry, output)
{
    private const string Token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2ln";

    private readonly HurriedTime _time = new();

    [Fact]
    public async Task A_person_logs_in_with_a_browser()
    {
        await using var berth = await OtherServer.SayingAsync(
            200, "application/json", """{"name":"alice","kind":"user","isAdministrator":false,"api":true}""");
        await using var issuer = await Issuer.StartAsync(
            new { error = "authorization_pending" }, new { error = "slow_down" }, new { error = "authorization_pending" },
            new { id_token = Token, access_token = "other" });

        var run = await LogInAsync(berth.Url, issuer);

        Assert.Equal(0, run.Code);
        Assert.Contains($"Open {issuer.Url}/device and enter the code WDJB-MJHT", run.Error, StringComparison.Ordinal);
        Assert.Equal(Token, (string)Kept(berth.Url)!["secret"]!);
        Assert.Equal("/api/v1/user", Assert.Single(berth.Requests).Path);
        Assert.DoesNotContain(Token, run.ToString(), StringComparison.Ordinal);
        // The interval that the issuer names, and five seconds more once it asks for that.
        Assert.Equal([7, 7, 12, 12], _time.Waits.Select(wait => wait.TotalSeconds));
        Assert.Equal(
            [
                ("client_id", "berth"), ("device_code", "secret-code"),
                ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
            ],
            issuer.Polls.Last().OrderBy(field => field.Name));
    }

    [Theory]
    [InlineData("access_denied", "the login was refused")]
    [InlineData("expired_token", "nobody logged in in time")]
    [InlineData("invalid_client", "refuses: invalid_client")]
    public async Task A_login_that_the_issuer_refuses_is_none(string error, string why)
    {
        await using var issuer = await Issuer.StartAsync(new { error });

        var run = await LogInAsync(Url, issuer);

        Assert.Equal(1, run.Code);
        Assert.Contains(why, run.Error, StringComparison.Ordinal);
        Assert.Single(issuer.Polls);
        Assert.Null(Kept(Url));
    }

    [Fact]
    public async Task Nobody_is_waited_for_longer_than_the_code_is_valid()
    {
        await using var issuer = await Issuer.StartAsync(new { error = "authorization_pending" });

        var run = await LogInAsync(Url, issuer);

        Assert.Equal(1, run.Code);
        Assert.Contains("nobody logged in in time", run.Error, StringComparison.Ordinal);
        Assert.InRange(issuer.Polls.Count, 5, 9); // 60 seconds, every 7
    }

    [Fact]
    public async Task A_token_that_the_registry_does_not_know_is_not_kept()
    {
        await using var issuer = await Issuer.StartAsync(new { id_token = Token });

        var run = await LogInAsync(Url, issuer);

        Assert.Equal(1, run.Code);
        Assert.Null(Kept(Url));
    }

    [Fact]
    public async Task An_issuer_of_another_name_is_refused()
    {
        await using var issuer = await Issuer.StartAsync(new { id_token = Token });
        issuer.Name = "https://other.test";

        var run = await LogInAsync(Url, issuer);

        Assert.Equal(1, run.Code);
        Assert.Contains("is no OpenID Connect issuer of this name", run.Error, StringComparison.Ordinal);
        Assert.Empty(issuer.Polls);
    }

    [Theory]
    [InlineData("--issuer http://issuer.test --client-id berth", "not sent unencrypted")]
    [InlineData("--issuer issuer --client-id berth", "write its URL")]
    [InlineData("--issuer https://issuer.test", "needs --issuer and --client-id")]
    public async Task An_issuer_that_cannot_be_trusted_is_not_asked(string options, string why) =>
        await RefusedAsync(why, $"login {Url} --oidc {options}");

    private Task<CliResult> LogInAsync(string url, Issuer issuer) => RunAsync(
        ["login", url, "--oidc", "--issuer", issuer.Url, "--client-id", "berth"], "", terminal: false, [], _time);

    /// <summary>An issuer with a code that is valid for a minute.</summary>
    private sealed class Issuer(object[] answers) : IAsyncDisposable
    {
        private OtherServer _server = null!;

        public string Url => _server.Url;

        /// <summary>What it calls itself; <see langword="null"/> for its URL.</summary>
        public string? Name { get; set; }

        public ConcurrentQueue<(string Name, string Value)[]> Polls { get; } = new();

        /// <param name="answers">What it answers who asks whether it is done, one after the other, the last for ever.</param>
        public static async Task<Issuer> StartAsync(params object[] answers)
        {
            var issuer = new Issuer(answers);
            issuer._server = await OtherServer.StartAsync(issuer.AnswerAsync);
            return issuer;
        }

        public ValueTask DisposeAsync() => _server.DisposeAsync();

        private async Task AnswerAsync(HttpContext context)
        {
            object answer = context.Request.Path.Value switch
            {
                "/.well-known/openid-configuration" => new
                {
                    issuer = Name ?? Url,
                    device_authorization_endpoint = $"{Url}/start",
                    token_endpoint = $"{Url}/token",
                },
                "/start" => new
                {
                    device_code = "secret-code",
                    user_code = "WDJB-MJHT",
                    verification_uri = $"{Url}/device",
                    expires_in = 60,
                    interval = 7,
                },
                _ => await PollAsync(context),
            };
            await context.Response.WriteAsJsonAsync(answer);
        }

        private async Task<object> PollAsync(HttpContext context)
        {
            var form = await context.Request.ReadFormAsync();
            Polls.Enqueue([.. form.Select(field => (field.Key, field.Value.ToString()))]);
            var answer = answers[Math.Min(Polls.Count, answers.Length) - 1];
            context.Response.StatusCode = answer.GetType().GetProperty("error") is null ? 200 : 400;
            return answer;
        }
    }

    /// <summary>A clock on which whatever is waited for is over at once.</summary>
    private sealed class HurriedTime : TimeProvider
    {
        private DateTimeOffset _now = DateTimeOffset.UnixEpoch;

        public List<TimeSpan> Waits { get; } = [];

        public override DateTimeOffset GetUtcNow() => _now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Waits.Add(dueTime);
            _now += dueTime;
            return base.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
