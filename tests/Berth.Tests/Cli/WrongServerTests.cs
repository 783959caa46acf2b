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
}
