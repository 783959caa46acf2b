using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Berth.Server;

namespace Berth.Tests.Server;

/// <summary>The server in each mode, from its settings to a login.</summary>
public sealed partial class ServerLoginTests : IDisposable
{
    private const string AnyPort = "--Berth:Http:Address=127.0.0.1:0";
    private const string InMemory = "--Berth:Storage:Provider=memory";

    private readonly ServerFolder _folder = new();
    private readonly HttpClient _client = new();
    private readonly string _password = Guid.NewGuid().ToString("n");

    public void Dispose()
    {
        _client.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_file_of_logins_of_a_docker_registry_lets_in_whom_it_names()
    {
        _folder.Write("users", $"alice:{BCrypt.Net.BCrypt.HashPassword(_password, BCrypt.Net.BCrypt.GenerateSalt(5))}\n");
        await using var server = await StartAsync(
            [("REGISTRY_AUTH", "htpasswd"), ("REGISTRY_AUTH_HTPASSWD_PATH", "users"), ("REGISTRY_AUTH_HTPASSWD_REALM", "Here")]);

        using var asked = await _client.GetAsync(new Uri(server.Address, "/v2/"));
        Assert.Equal("Basic realm=\"Here\", charset=\"UTF-8\"", asked.Headers.WwwAuthenticate.ToString());
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(server, "/v2/", "alice", _password));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(server, "/v2/", "alice", "wrong"));
    }

    [Theory]
    [InlineData("none", "Berth:Auth:Htpasswd:Path: ")]
    [InlineData("users", "Berth:Auth:Htpasswd:Path: ")]
    public async Task A_file_of_logins_that_cannot_be_used_ends_the_start_with_one_line(string file, string beginning)
    {
        _folder.Write("users", "alice:{SHA}nonsense\n");
        var input = _folder.Input([AnyPort, InMemory, "--Berth:Auth:Mode=htpasswd", $"--Berth:Auth:Htpasswd:Path={file}"]);

        Assert.Equal(1, await ServerApp.RunAsync(input, CancellationToken.None));

        var error = input.Error.ToString()!;
        Assert.StartsWith($"Berth does not start: {beginning}", error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotContain("nonsense", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Accounts_begin_with_the_administrator_of_the_settings_and_its_tokens_come_from_this_address()
    {
        _folder.Write("password", _password + "\n");
        await using var server = await StartAsync(
            [],
            "--Berth:Auth:Mode=accounts", "--Berth:Auth:Accounts:Administrator=root",
            "--Berth:Auth:Accounts:AdministratorPasswordFile=password");

        using var asked = await _client.GetAsync(new Uri(server.Address, "/v2/"));
        Assert.Contains(
            $"Bearer realm=\"{server.Address}token\"", asked.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        using var request = Request(server, "/token", "root", _password);
        using var response = await _client.SendAsync(request);
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        using var ping = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Address, "/v2/"));
        ping.Headers.Authorization = new("Bearer", answer.RootElement.GetProperty("token").GetString());
        using var pong = await _client.SendAsync(ping);
        Assert.Equal(HttpStatusCode.OK, pong.StatusCode);
    }

    [Fact]
    public async Task Without_an_administrator_a_code_is_printed_that_makes_one_once()
    {
        var input = _folder.Input([AnyPort, InMemory, "--Berth:Auth:Mode=accounts"]);
        await using var server = await ServerApp.BuildAsync(input, CancellationToken.None);
        await server.StartAsync(CancellationToken.None);
        var code = Code().Match(input.Output.ToString()!).Groups["code"].Value;
        var body = new { code, name = "first", password = _password };
        var setup = new Uri(server.Address, "/api/v1/setup");

        using var made = await _client.PostAsJsonAsync(setup, body);
        using var again = await _client.PostAsJsonAsync(setup, body);

        Assert.True(made.IsSuccessStatusCode, $"{made.StatusCode}");
        Assert.False(again.IsSuccessStatusCode);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(server, "/api/v1/user", "first", _password));
    }

    [Fact]
    public async Task Administrators_see_who_did_what_a_page_at_a_time_and_nobody_else_does()
    {
        await using var server = await StartAsync(
            [], "--Berth:Auth:Mode=accounts", "--Berth:Auth:Accounts:Administrator=root",
            $"--Berth:Auth:Accounts:AdministratorPassword={_password}");
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(server, "/v2/", "root", _password));
        }

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(server, "/v2/", "root", "wrong"));

        var names = new List<string>();
        var path = "/api/v1/audit?n=2&action=login";
        for (var i = 0; i < 5 && path.Length > 0; i++)
        {
            using var request = Request(server, path, "root", _password);
            using var response = await _client.SendAsync(request);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            using var page = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
            names.AddRange(page.RootElement.GetProperty("events").EnumerateArray()
                .Select(one => $"{one.GetProperty("action")} {one.GetProperty("decision")}"));
            path = response.Headers.TryGetValues("Link", out var links) ? links.Single().Split('<', '>')[1] : "";
        }

        Assert.Equal(["login refused", "login allowed", "login allowed", "login allowed"], names);
        using var anonymous = await _client.GetAsync(new Uri(server.Address, "/api/v1/audit"));
        Assert.Equal(HttpStatusCode.Unauthorized, anonymous.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(server, "/api/v1/projects/none/audit", "root", _password));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(server, "/api/v1/audit?from=yesterday", "root", _password));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(server, "/api/v1/audit?last=x", "root", _password));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(server, "/api/v1/audit?action=x", "root", _password));
    }

    private async Task<ServerApp> StartAsync((string, string)[] environment, params string[] arguments)
    {
        var input = _folder.Input([AnyPort, InMemory, .. arguments], environment);
        var server = await ServerApp.BuildAsync(input, CancellationToken.None);
        await server.StartAsync(CancellationToken.None);
        return server;
    }

    private async Task<HttpStatusCode> StatusAsync(ServerApp server, string path, string name, string password)
    {
        using var request = Request(server, path, name, password);
        using var response = await _client.SendAsync(request);
        return response.StatusCode;
    }

    private static HttpRequestMessage Request(ServerApp server, string path, string name, string password)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Address, path));
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{password}")));
        return request;
    }

    [GeneratedRegex("\"code\":\"(?<code>[^\"]+)\"")]
    private static partial Regex Code();
}
