using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Berth.Tests.Accounts;

namespace Berth.Tests.Api;

/// <summary>What the management API takes for a request: no more than it understands.</summary>
public sealed class ApiBodyTests(AccountsRegistry registry) : IClassFixture<AccountsRegistry>
{
    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"x\"")]
    [InlineData("{\"name\":\"x1\"")]
    [InlineData("{\"name\":\"x1\"} {}")]
    [InlineData("{\"name\":null}")]
    [InlineData("{\"name\":1}")]
    [InlineData("{\"name\":\"x1\",\"visibility\":1}")]
    [InlineData("{\"name\":\"x1\",\"visibility\":\"0\"}")]
    [InlineData("{\"name\":\"x1\",\"visibility\":\"hidden\"}")]
    [InlineData("{\"name\":\"x1\",\"visibility\":null}")]
    [InlineData("{\"name\":\"x1\",\"visibilty\":\"public\"}", "$.visibilty")]
    [InlineData("{\"Name\":\"x1\"}")]
    [InlineData("{\"name\":\"x1\",\"name\":\"x2\"}", "$.name")]
    [InlineData("{}", "'name'")]
    [InlineData("{\"name\":\"x1\",\"visibility\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}}}}")]
    public async Task What_is_not_understood_is_refused_and_changes_nothing(string body, string? named = null)
    {
        using var response = await SendAsync(body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["errors"]![0]!;
        Assert.Equal("REQUEST_INVALID", (string)error["code"]!);
        Assert.Contains(named ?? "", (string)error["detail"]!, StringComparison.Ordinal);
        Assert.DoesNotContain("Berth.", error.ToJsonString(), StringComparison.Ordinal);
        await registry.AsRoot().ExpectAsync(HttpStatusCode.NotFound, "GET", "projects/x1");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData(null)]
    public async Task What_is_no_JSON_by_its_type_is_refused(string? type)
    {
        using var content = new ByteArrayContent("{\"name\":\"x2\"}"u8.ToArray());
        content.Headers.ContentType = type is null ? null : new(type);
        using var response = await registry.AsRoot().Client.SendAsync("POST", "/api/v1/projects", content);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Fact]
    public async Task A_body_of_more_than_64_KiB_is_refused()
    {
        using var response = await SendAsync($"{{\"name\":\"{new string('x', 65_536)}\"}}");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Fact]
    public async Task Nothing_of_a_body_is_read_for_who_may_not_send_it()
    {
        var (_, user) = await registry.NewUserAsync();
        var before = registry.Registry.BytesTaken;

        foreach (var (caller, status) in new[]
        {
            (registry.As(), HttpStatusCode.Unauthorized), (registry.As("root", "wrong"), HttpStatusCode.Unauthorized),
            (user, HttpStatusCode.Forbidden),
        })
        {
            await caller.ExpectAsync(status, "POST", "projects", new() { ["name"] = "x3" });
            await caller.ExpectAsync(status, "POST", "groups", new() { ["name"] = "x3" });
            await caller.ExpectAsync(status, "POST", "users", new() { ["name"] = "x3", ["password"] = "long-enough" });
        }

        Assert.Equal(before, registry.Registry.BytesTaken);
    }

    [Theory]
    [InlineData("GET", "projects/UPPER")]
    [InlineData("PUT", "projects/team/members/robot/x")]
    [InlineData("PUT", "projects/team/members/User/x")]
    [InlineData("PUT", "projects/team/members/user/a%20b")]
    [InlineData("GET", "users/a..b")]
    [InlineData("GET", "groups/-a")]
    [InlineData("GET", "projects/team/robots/a%2Fb")]
    public async Task A_path_that_names_nothing_by_the_grammar_is_refused(string method, string path) =>
        await registry.AsRoot().ExpectAsync(HttpStatusCode.BadRequest, method, path);

    [Theory]
    [InlineData("projects", "{\"name\":\"NAME\"}")]
    [InlineData("groups", "{\"name\":\"NAME\"}")]
    [InlineData("users", "{\"name\":\"NAME\",\"password\":\"long-enough-it-is\"}")]
    public async Task Names_are_validated(string path, string body)
    {
        string[] names = ["", "A", "a/b", "a b", "a+b", "robot$x", "a.", "a\\n", "ä", new('a', 65)];
        foreach (var name in names)
        {
            using var content = new StringContent(
                body.Replace("NAME", name, StringComparison.Ordinal), Encoding.UTF8, "application/json");
            using var response = await registry.AsRoot().Client.SendAsync("POST", $"/api/v1/{path}", content);
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            Assert.Contains("NAME_INVALID", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("short-1")]
    [InlineData("with\\u0000nul-inside")]
    [InlineData("half\\ud800surrogate")]
    public async Task Passwords_are_validated(string password)
    {
        using var content = new StringContent(
            $"{{\"name\":\"{AccountsRegistry.NewName()}\",\"password\":\"{password}\"}}", Encoding.UTF8, "application/json");
        using var response = await registry.AsRoot().Client.SendAsync("POST", "/api/v1/users", content);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Theory]
    [InlineData("{\"name\":\"t\",\"access\":[]}")]
    [InlineData("{\"name\":\"t\",\"access\":[null]}")]
    [InlineData("{\"name\":\"t\",\"access\":[{\"repositories\":\"*\",\"actions\":[]}]}")]
    [InlineData("{\"name\":\"t\",\"access\":[{\"repositories\":\"*\",\"actions\":[null]}]}")]
    [InlineData("{\"name\":\"t\",\"access\":[{\"repositories\":\"*\",\"actions\":[\"admin\"]}]}")]
    [InlineData("{\"name\":\"t\",\"access\":[{\"repositories\":\"*\",\"actions\":[\"push\"]}]}")]
    [InlineData("{\"name\":\"t\",\"access\":[{\"repositories\":\"a*\",\"actions\":[\"pull\"]}]}")]
    [InlineData("{\"name\":\"t\",\"access\":[{\"repositories\":\"*\"}]}")]
    [InlineData("{\"name\":\"t\",\"expires\":\"tomorrow\"}")]
    [InlineData("{\"name\":\"\"}")]
    public async Task Terms_of_a_token_are_validated(string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await registry.AsRoot().Client.SendAsync("POST", "/api/v1/user/tokens", content);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    private Task<HttpResponseMessage> SendAsync(string body) => registry.AsRoot().Client.SendAsync(
        "POST", "/api/v1/projects", new StringContent(body, Encoding.UTF8, "application/json"));
}
