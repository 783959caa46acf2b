using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Berth.Hosting;
using Berth.Identity;
using Berth.Server;
using Berth.Tests.Identity;

namespace Berth.Tests.Server;

/// <summary>A directory as the server's settings name it, from the text to a login.</summary>
public sealed class LdapSettingsTests(Slapd slapd) : IClassFixture<Slapd>, IDisposable
{
    private static readonly (string, string) Accounts = ("Berth__Auth__Mode", "accounts");

    private readonly ServerFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_setting_of_a_directory_is_read()
    {
        _folder.Write("secret", "secret\n");

        var options = _folder.Read(
            null, Accounts, ("Berth__Auth__Ldap__Url", "ldap://ldap.example"), ("Berth__Auth__Ldap__StartTls", "false"),
            ("Berth__Auth__Ldap__TrustedCertificates", "."), ("Berth__Auth__Ldap__SearchDn", "cn=reader"),
            ("Berth__Auth__Ldap__SearchPasswordFile", "secret"), ("Berth__Auth__Ldap__BaseDn", "ou=people"),
            ("Berth__Auth__Ldap__Filter", "(a=b)"), ("Berth__Auth__Ldap__Uid", "sAMAccountName"),
            ("Berth__Auth__Ldap__Scope", "onelevel"), ("Berth__Auth__Ldap__Timeout", "20s"),
            ("Berth__Auth__Ldap__GroupAttribute", "isMemberOf"), ("Berth__Auth__Ldap__AdministratorGroup", "cn=admins")).Options;

        Assert.Equal(
            new LdapOptions
            {
                Url = new("ldap://ldap.example"),
                StartTls = false,
                TrustedCertificates = Path.GetFullPath(".", _folder.Working),
                SearchDn = "cn=reader",
                SearchPassword = "secret",
                BaseDn = "ou=people",
                Filter = "(a=b)",
                Uid = "sAMAccountName",
                Scope = LdapScope.OneLevel,
                Timeout = TimeSpan.FromSeconds(20),
                GroupAttribute = "isMemberOf",
                AdministratorGroup = "cn=admins",
            },
            options.Berth.Auth.Ldap! with { TrustedCertificates = Path.GetFullPath(options.Berth.Auth.Ldap.TrustedCertificates!) });
    }

    [Theory]
    [InlineData("Url", "http://ldap.example")]
    [InlineData("Scope", "1")]
    [InlineData("Scope", "deep")]
    [InlineData("Timeout", "2m")]
    [InlineData("BaseDn", "")]
    [InlineData("SearchDn", "cn=reader")]
    [InlineData("Filter", "a=b")]
    public void A_directory_that_cannot_be_asked_is_refused_by_the_settings_name(string name, string value)
    {
        var settings = new Dictionary<string, string>
        {
            ["Berth__Auth__Mode"] = "accounts",
            ["Berth__Auth__Ldap__Url"] = "ldap://ldap.example",
            ["Berth__Auth__Ldap__BaseDn"] = "ou=people",
            [$"Berth__Auth__Ldap__{name}"] = value,
        };

        var refusal = Assert.Throws<SettingsException>(
            () => _folder.Read(null, [.. settings.Select(setting => (setting.Key, setting.Value))]));

        Assert.Contains("Ldap", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_without_accounts_is_refused()
    {
        var refusal = Assert.Throws<SettingsException>(
            () => _folder.Read(null, ("Berth__Auth__Ldap__Url", "ldap://ldap.example"), ("Berth__Auth__Ldap__BaseDn", "ou=people")));

        Assert.Contains("Berth:Auth:Mode", refusal.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Somebody_of_the_directory_logs_in_and_has_the_role_of_a_group_there()
    {
        Skip.If(slapd.Missing is not null, slapd.Missing);
        var input = _folder.Input(
            ["--Berth:Http:Address=127.0.0.1:0", "--Berth:Storage:Provider=memory"],
            [
                Accounts, ("Berth__Auth__Ldap__Url", slapd.Plain.OriginalString), ("Berth__Auth__Ldap__SearchDn", Slapd.SearchDn),
                ("Berth__Auth__Ldap__SearchPassword", slapd.SearchPassword), ("Berth__Auth__Ldap__BaseDn", Slapd.People),
                ("Berth__Auth__Ldap__AdministratorGroup", Slapd.Administrators),
            ]);
        await using var server = await ServerApp.BuildAsync(input, CancellationToken.None);
        await server.StartAsync(CancellationToken.None);
        using var client = new HttpClient { BaseAddress = server.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"alice:{slapd.Password}")));

        var alice = JsonNode.Parse(await client.GetStringAsync("/api/v1/user"))!;
        using var upload = await client.PostAsync("/v2/team/app/blobs/uploads/", null);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String("alice:wrong"u8));
        using var refused = await client.GetAsync("/v2/");

        Assert.Equal("user:ldap:alice", (string?)alice["id"]);
        Assert.True((bool)alice["isAdministrator"]!);
        Assert.Equal(HttpStatusCode.Accepted, upload.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }
}
