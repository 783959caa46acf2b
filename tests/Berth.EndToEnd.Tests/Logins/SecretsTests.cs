using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Berth.EndToEnd.Tests.Processes;
using Xunit.Abstractions;

namespace Berth.EndToEnd.Tests.Logins;

/// <summary>Every kind of secret is shown to a server once rightly and once wrongly; none may be left anywhere.</summary>
public sealed class SecretsTests(EndToEndFixture fixture, ITestOutputHelper output) : EndToEndTest(fixture, output)
{
    private readonly List<string> _secrets = [];

    [Fact]
    public async Task No_secret_is_in_what_a_server_prints_audits_or_stores()
    {
        var password = Plant();
        var data = Folder.Add("data");
        var port = FunctionsApp.FreePort();
        var server = await StartServerAsync(
            new Dictionary<string, string>
            {
                ["Berth__Storage__FileSystem__Root"] = data,
                ["Berth__PublicUrl"] = $"http://127.0.0.1:{port}",
                ["Berth__Log__Level"] = "trace",
                ["Berth__Auth__Mode"] = "accounts",
                ["Berth__Auth__Accounts__Administrator"] = "admin",
                ["Berth__Auth__Accounts__AdministratorPassword"] = password,
            },
            port);
        using var api = new AccountsApi(server.Address, "admin", password);

        var asks = await ShowEverythingAsync(server, api, password);
        var audit = (await api.SendAsync("GET", "audit?n=1000"))!["events"]!.AsArray();

        // What was shown was looked at: there are lines and events enough to look through.
        Assert.True(server.Log.Count >= asks);
        Assert.Contains(audit, one => (string?)one!["decision"] == "refused");
        Assert.Contains(audit, one => (string?)one!["action"] == "token");
        await server.TerminateAsync();
        var texts = server.Log.Append(audit.ToJsonString()).ToList();
        foreach (var file in Directory.GetFiles(data, "*", SearchOption.AllDirectories))
        {
            texts.Add(file);
            texts.Add(Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file)));
        }

        foreach (var secret in _secrets)
            Assert.DoesNotContain(texts, text => text.Contains(secret, StringComparison.Ordinal));
    }

    /// <returns>How many requests it took, at least.</returns>
    private async Task<int> ShowEverythingAsync(BerthServer server, AccountsApi api, string password)
    {
        await api.SendAsync("POST", "projects", new { name = "team" });
        await api.SendAsync("POST", "users", new { name = "alice", password = Plant() });
        await api.SendAsync("PUT", "users/alice/password", new { password = Plant() });
        var robot = await api.SendAsync("POST", "projects/team/robots", new { name = "ci", role = "writer" });
        var token = await api.SendAsync("POST", "user/tokens", new { name = "laptop" });
        var robotSecret = Keep((string)robot!["secret"]!);
        var personal = Keep((string)token!["secret"]!);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = server.Address };
        string[] asked =
        [
            "v2/", "v2/_catalog", "v2/team/app/tags/list", "api/v1/user", "api/v1/users?n=1",
            "token?service=127.0.0.1&scope=repository:team/app:pull,push&offline_token=true",
        ];
        string[] credentials =
        [
            Basic("admin", password), Basic("admin", Plant()), Basic((string)robot["login"]!, robotSecret),
            Basic((string)robot["login"]!, Plant()), Basic("admin", personal), Basic("admin", Plant()),
            $"Bearer {Plant()}", $"Basic {Plant()}", Plant(),
        ];
        foreach (var path in asked)
        {
            foreach (var credential in credentials)
                await AskAsync(http, path, credential);
        }

        // Also where clients put them by mistake.
        await AskAsync(http, $"v2/?access_token={Plant()}", "Basic");
        await AskAsync(http, $"token?password={Plant()}", "Basic");
        await http.PostAsync("token", new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "password",
            ["username"] = "admin",
            ["password"] = Plant(),
            ["service"] = "127.0.0.1",
        }));
        return asked.Length * credentials.Length;
    }

    private async Task AskAsync(HttpClient http, string path, string credential)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        Assert.True(request.Headers.TryAddWithoutValidation("Authorization", credential));
        using var answer = await http.SendAsync(request);
        if (!path.StartsWith("token", StringComparison.Ordinal) || !answer.IsSuccessStatusCode)
            return;
        var tokens = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        var token = Keep((string)tokens["token"]!);
        if (tokens["refresh_token"] is { } refresh)
            Keep((string)refresh!);
        using var again = new HttpRequestMessage(HttpMethod.Get, "v2/team/app/tags/list");
        again.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var second = await http.SendAsync(again);
    }

    private string Basic(string name, string secret) =>
        $"Basic {Keep(Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{secret}")))}";

    private string Plant() => Keep($"planted{Guid.NewGuid():n}");

    private string Keep(string secret)
    {
        _secrets.Add(secret);
        return secret;
    }
}
