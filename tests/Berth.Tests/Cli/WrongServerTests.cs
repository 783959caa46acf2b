using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Tests.Accounts;
using Microsoft.AspNetCore.Http;
using Xunit.Abstractions;

namespace Berth.Tests.Cli;

/// <summary>Servers that are something else than they are taken for, or mean harm.</summary>
public sealed class WrongServerTests(AccountsRegistry registry, ITestOutputHelper output) : CliTest(registry, output)
{
    [Theory]
    [InlineData(200, "text/html", "<html>")]
    [InlineData(200, "application/json", "[]")]
    [InlineData(404, "text/html", "<html>")]
    [InlineData(500, "text/plain", "")]
    public async Task A_server_that_is_no_registry_of_Berth_is_said_to_be_none(int status, string type, string text)
    {
        await using var server = await OtherServer.SayingAsync(status, type, text);

        await RefusedAsync("is no registry of Berth", $"login {server.Url} -u root --password-stdin", AccountsRegistry.Password);
        await RefusedAsync("is no registry of Berth", $"project list --registry {server.Url}");
    }

    [Fact]
    public async Task A_registry_without_accounts_is_said_to_have_none()
    {
        await using var open = await TestRegistry.StartAsync(
            Berth.Storage.RegistryStorage.Over(new Berth.Storage.MemoryObjects(), new Berth.Storage.MemoryRecords()));

        await RefusedAsync(
            "has no accounts", $"login {open.Address.GetLeftPart(UriPartial.Authority)} -u root --password-stdin",
            AccountsRegistry.Password);
    }

    [Theory]
    [InlineData("http://registry.test")]
    [InlineData("http://registry.test:5000")]
    [InlineData("http://127.0.0.1.registry.test")]
    public async Task Nothing_secret_goes_unencrypted_to_another_machine(string url)
    {
        await RefusedAsync("not sent unencrypted", $"login {url} -u root --password-stdin", AccountsRegistry.Password);
        await RefusedAsync("not sent unencrypted", $"setup {url} --code 1 --password-stdin", AccountsRegistry.Password);
        await RefusedAsync("not sent unencrypted", $"whoami --registry {url}");
        await RefusedAsync("not sent unencrypted", "whoami", "", ("BERTH_URL", url), ("BERTH_USER", "a"), ("BERTH_TOKEN", "b"));
    }

    [Theory]
    [InlineData("ftp://registry.test")]
    [InlineData("https://root:secret@registry.test")]
    [InlineData("https://registry.test/path")]
    [InlineData("https://")]
    public async Task An_address_that_is_none_is_refused(string url) =>
        await RefusedAsync("write a registry as https://HOST", $"whoami --registry {url}");

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_refused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        await using var server = await OtherServer.StartAsync(_ => Task.CompletedTask, certificate);
        var url = server.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);

        await RefusedAsync("is not trusted", $"login {url} -u root --password-stdin --insecure", AccountsRegistry.Password);

        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_login_does_not_follow_a_redirect(int status)
    {
        await using var thief = await OtherServer.SayingAsync(200, "application/json", "{}");
        await using var server = await OtherServer.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = $"{thief.Url}{context.Request.Path}";
            return Task.CompletedTask;
        });

        await RefusedAsync("sends elsewhere", $"login {server.Url} -u root --password-stdin", AccountsRegistry.Password);

        Assert.Single(server.Requests);
        Assert.Empty(thief.Requests);
    }

    [Fact]
    public async Task Pages_of_a_list_are_read_to_its_end()
    {
        await using var server = await OtherServer.StartAsync(Pages);

        var all = await RunAsync($"user list --registry {server.Url}");
        var json = await RunAsync($"user list --registry {server.Url} --json");
        var some = await RunAsync($"user list --registry {server.Url} --limit 2");

        Assert.Equal(
            ["u0", "u1", "u2", "u3"],
            all.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')[0]));
        Assert.Empty(all.Error);
        Assert.Equal(["u0", "u1", "u2", "u3"], json.Json["users"]!.AsArray().Select(one => (string)one!["name"]!));
        Assert.Equal(2, some.Output.Count(letter => letter == '\n'));
        Assert.Contains("there are more", some.Error, StringComparison.Ordinal);
        Assert.Equal("/api/v1/users?n=2", server.Requests.Last(one => !one.Path.Contains("last", StringComparison.Ordinal)).Path);

        static Task Pages(HttpContext context)
        {
            var page = context.Request.Query["last"].ToString() is { Length: > 0 } last ? int.Parse(last, null) + 1 : 0;
            if (page < 3)
            {
                context.Response.Headers.Link = $"</api/v1/users?n=1&last={page}>; rel=\"next\"";
            }
            return context.Response.WriteAsJsonAsync(new { users = new[] { new { name = $"u{page}" } } });
        }
    }

    [Fact]
    public async Task A_list_goes_on_at_no_other_server()
    {
        await using var thief = await OtherServer.SayingAsync(200, "application/json", """{"users":[]}""");
        await using var server = await OtherServer.StartAsync(context =>
        {
            context.Response.Headers.Link = $"<{thief.Url}/api/v1/users?last=a>; rel=\"next\"";
            return context.Response.WriteAsJsonAsync(new { users = Array.Empty<object>() });
        });

        await RefusedAsync("names another server", $"user list --registry {server.Url}");

        Assert.Empty(thief.Requests);
    }

    [Fact]
    public async Task A_list_without_an_end_is_not_read_for_ever()
    {
        await using var server = await OtherServer.StartAsync(context =>
        {
            context.Response.Headers.Link = "</api/v1/users?n=1000&last=a>; rel=\"next\"";
            return context.Response.WriteAsJsonAsync(new { users = Array.Empty<object>() });
        });

        await RefusedAsync("does not come to the end", $"user list --registry {server.Url}");

        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task What_a_server_says_cannot_command_the_terminal()
    {
        const string Evil = "\u001b]0;owned\u0007\u009b31m\u202e\r\nx";
        var text = System.Text.Json.JsonSerializer.Serialize(Evil);
        await using var list = await OtherServer.SayingAsync(200, "application/json", $$"""{"users":[{"name":{{text}}}]}""");
        await using var error = await OtherServer.SayingAsync(
            403, "application/json", $$"""{"errors":[{"code":"DENIED","message":{{text}},"detail":{"a": {{text}} } }]}""");

        foreach (var arguments in new[] { list.Url, $"{list.Url} --json", error.Url })
        {
            var run = await RunAsync($"user list --registry {arguments}");
            Assert.DoesNotContain(run.Output + run.Error, letter => char.IsControl(letter) && letter is not ('\n' or '\t'));
            Assert.Contains("u001b", (run.Output + run.Error).ToLowerInvariant(), StringComparison.Ordinal);
        }
        Assert.Contains("\\u202e", (await RunAsync($"user list --registry {list.Url}")).Output, StringComparison.Ordinal);
        Assert.Single((await RunAsync($"user list --registry {list.Url}")).Output.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task A_registry_that_is_asked_too_often_says_when_to_come_back()
    {
        await using var server = await OtherServer.StartAsync(context =>
        {
            context.Response.StatusCode = 429;
            context.Response.Headers.RetryAfter = "17";
            return context.Response.WriteAsJsonAsync(new { errors = new[] { new { message = "too many" } } });
        });

        await RefusedAsync("too many; try again in 17 seconds", $"user list --registry {server.Url}");
    }

    [Fact]
    public async Task A_password_is_kept_only_where_there_can_be_no_token_and_that_is_said()
    {
        await using var server = await OtherServer.StartAsync(context =>
        {
            var asksForToken = context.Request.Method == "POST";
            context.Response.StatusCode = asksForToken ? 403 : 200;
            return context.Response.WriteAsJsonAsync<object>(
                asksForToken ? new { errors = new[] { new { message = "no token" } } } : new { name = "alice", api = true });
        });
        var line = $"login {server.Url} -u alice --password-stdin";

        await RefusedAsync("no token; to keep the password itself, log in with --keep-password", line, AccountsRegistry.Password);
        Assert.Null(Kept(server.Url));
        await DoAsync($"{line} --keep-password", AccountsRegistry.Password);

        Assert.Equal(AccountsRegistry.Password, (string)Kept(server.Url)!["secret"]!);
        await DoAsync("logout");
        Assert.DoesNotContain(server.Requests, request => request.Path.Contains("tokens/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Events_are_asked_for_by_what_is_known_of_them_and_read_past_pages_without_any()
    {
        await using var server = await OtherServer.StartAsync(context =>
        {
            if (!context.Request.Query.ContainsKey("last"))
            {
                context.Response.Headers.Link = "</api/v1/audit?n=5&last=20270131.abc>; rel=\"next\"";
                return context.Response.WriteAsJsonAsync(new { events = Array.Empty<object>() });
            }
            return context.Response.WriteAsJsonAsync(new
            {
                events = new object[]
                {
                    new
                    {
                        time = "2027-01-31T01:02:03.456+00:00",
                        action = "push",
                        decision = "refused",
                        name = "eve",
                        project = "p",
                        status = 401,
                    },
                },
            });
        });

        var run = await DoAsync(
            $"audit --registry {server.Url} --principal a/b&c --decision refused --from 2027-01-31T00:00:00+00:00 --limit 5");

        Assert.Equal("2027-01-31T01:02:03Z\tpush\trefused\teve\t-\tp\t-\t401\t-\n", run.Output);
        Assert.Equal(
            "/api/v1/audit?from=2027-01-31T00%3A00%3A00%2B00%3A00&principal=a%2Fb%26c&decision=refused&n=5",
            server.Requests.First().Path);
    }
}
