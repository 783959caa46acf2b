using System.Net;
using System.Net.Sockets;
using Berth.Auth;
using Berth.Identity;
using Berth.Storage;

namespace Berth.Tests.Identity;

/// <summary>What can be known of a directory without one.</summary>
[Collection("LDAP")]
public sealed class LdapOptionsTests
{
    private static readonly LdapOptions Right = new() { Url = new("ldap://directory.example.org"), BaseDn = "dc=example" };

    public static TheoryData<string, LdapOptions> Wrong => new()
    {
        { "Url", Right with { Url = null } },
        { "Url", Right with { Url = new("https://directory.example.org") } },
        { "Url", Right with { Url = new("ldap://directory.example.org/dc=example") } },
        { "Url", Right with { Url = new("ldap://me:secret@directory.example.org") } },
        { "StartTls", Right with { Url = new("ldaps://directory.example.org"), StartTls = true } },
        { "BaseDn", Right with { BaseDn = "" } },
        { "SearchPassword", Right with { SearchDn = "cn=reader" } },
        { "SearchPassword", Right with { SearchDn = "cn=reader", SearchPassword = "" } },
        { "SearchPassword", Right with { SearchDn = "cn=reader", SearchPassword = "\0x" } },
        { "SearchDn", Right with { SearchPassword = "x" } },
        { "Uid", Right with { Uid = "uid=x)(" } },
        { "Uid", Right with { Uid = "" } },
        { "GroupAttribute", Right with { GroupAttribute = "member of" } },
        { "AdministratorGroup", Right with { GroupAttribute = "", AdministratorGroup = "cn=administrators" } },
        { "Filter", Right with { Filter = "objectClass=person" } },
        { "Filter", Right with { Filter = "(a=b)(c=d)" } },
        { "Filter", Right with { Filter = "(a=b" } },
        { "Filter", Right with { Filter = "(a=b))" } },
        { "Timeout", Right with { Timeout = TimeSpan.Zero } },
        { "Timeout", Right with { Timeout = TimeSpan.FromMinutes(2) } },
        { "Concurrency", Right with { Concurrency = 0 } },
        { "Queue", Right with { Queue = -1 } },
        { "TrustedCertificates", Right with { TrustedCertificates = "/missing" } },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_cannot_be_asked_names_the_option(string option, LdapOptions options)
    {
        Assert.False(options.TryCheck(out var problem));
        Assert.Equal(option, problem.Option);
        Assert.Throws<ArgumentException>(() => new LdapDirectory(options));
    }

    [Fact]
    public void What_can_be_asked_is_taken()
    {
        Assert.True(Right.TryCheck(out _));
        Assert.True((Right with { Filter = "(&(a=b)(|(c=d)(e=f)))", Uid = "2.5.4.3", GroupAttribute = "" }).TryCheck(out _));
        Assert.True((Right with { SearchDn = "cn=reader", SearchPassword = "x" }).TryCheck(out _));
    }

    [Theory]
    [InlineData("ldap://directory.example.org", null, 389, true)]
    [InlineData("ldap://directory.example.org:1389", false, 1389, false)]
    [InlineData("ldap://localhost", null, 389, false)]
    [InlineData("ldap://127.0.0.1", true, 389, true)]
    [InlineData("ldaps://directory.example.org", null, 636, false)]
    [InlineData("ldaps://directory.example.org:1636", null, 1636, false)]
    public void Passwords_go_beyond_this_machine_by_TLS_unless_told_otherwise(string url, bool? startTls, int port, bool expected)
    {
        var options = Right with { Url = new(url), StartTls = startTls };

        Assert.Equal((port, expected), (options.Port, options.UsesStartTls));
    }

    [Theory]
    [InlineData("alice", "alice")]
    [InlineData("*", @"\2a")]
    [InlineData("(", @"\28")]
    [InlineData(")", @"\29")]
    [InlineData(@"\", @"\5c")]
    [InlineData("\0", @"\00")]
    [InlineData("&|!=~<>,#\"'+;/", @"\26\7c\21\3d\7e\3c\3e\2c\23\22\27\2b\3b\2f")]
    [InlineData("é", @"\c3\a9")]
    [InlineData("a.b_c-d e@f", "a.b_c-d e@f")]
    public void A_value_stands_for_itself(string value, string escaped)
    {
        Assert.Equal(escaped, LdapFilter.Escape(value));
        Assert.Equal($"(uid={escaped})", LdapFilter.Of(null, "uid", value));
        Assert.Equal($"(&(a=b)(uid={escaped}))", LdapFilter.Of("(a=b)", "uid", value));
    }

    /// <summary>Both ends of the time-out are the directory's: it never says anything.</summary>
    [SkippableFact]
    public async Task A_directory_that_says_nothing_is_given_up_and_holds_no_more_threads_than_allowed()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "the time-outs are OpenLDAP's");
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var directory = new LdapDirectory(Right with
        {
            Url = new($"ldap://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}"),
            Timeout = TimeSpan.FromSeconds(1),
            Concurrency = 1,
            Queue = 0,
        });

        var first = directory.SignInAsync("alice", "secret", default);
        await Assert.ThrowsAsync<PasswordsBusyException>(() => directory.SignInAsync("bob", "secret", default));
        var down = await Assert.ThrowsAsync<StorageException>(() => first);
        Skip.If(down.InnerException is DllNotFoundException, "there is no libldap");
        await Assert.ThrowsAsync<StorageException>(() => directory.SignInAsync("bob", "secret", default));
    }
}
