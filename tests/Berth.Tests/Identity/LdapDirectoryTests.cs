using Berth.Auth;
using Berth.Identity;
using Berth.Storage;

namespace Berth.Tests.Identity;

/// <summary>People of a real directory.</summary>
[Collection("LDAP")] // its time-outs are the whole process's
public sealed class LdapDirectoryTests(Slapd slapd) : IClassFixture<Slapd>
{
    [SkippableFact]
    public async Task A_person_is_known_by_a_password_with_groups()
    {
        var alice = await SignedInAsync("alice");

        Assert.Equal("user:ldap:alice", alice.Id);
        Assert.Equal([Slapd.Administrators, Slapd.Developers], alice.Groups.Order(StringComparer.Ordinal));
        Assert.False(alice.IsAdministrator);
        Assert.Empty((await SignedInAsync("john")).Groups);
    }

    [SkippableFact]
    public async Task Who_is_in_the_group_of_administrators_is_one()
    {
        var directory = Open(options => options with { AdministratorGroup = Slapd.Administrators.ToUpperInvariant() });

        Assert.True((await SignedInAsync("alice", directory)).IsAdministrator);
        Assert.False((await SignedInAsync("bob", directory)).IsAdministrator);
    }

    [SkippableFact]
    public async Task A_wrong_password_is_refused_and_a_name_that_nobody_has_unknown()
    {
        var directory = Open();

        var refused = await directory.SignInAsync("alice", slapd.Password + "x", default);
        Assert.Null(refused!.Caller);
        Assert.DoesNotContain(slapd.Password, refused.Reason, StringComparison.Ordinal);
        Assert.Null((await directory.SignInAsync("locked", slapd.Password, default))!.Caller);
        Assert.Null(await directory.SignInAsync("nobody", slapd.Password, default));
    }

    /// <summary>The directory of these tests lets anybody bind with a name and no password, as many do.</summary>
    [SkippableFact]
    public async Task No_password_is_no_login()
    {
        var directory = Open();

        Assert.All(["", "\0", "\0x", slapd.Password + "\0"], secret =>
            Assert.Null(directory.SignInAsync("alice", secret, default).GetAwaiter().GetResult()));
        Assert.All(["", " ", "\0"], name =>
            Assert.Null(directory.SignInAsync(name, slapd.Password, default).GetAwaiter().GetResult()));
        Assert.Null((await directory.SignInAsync("alice", " ", default))!.Caller);
    }

    [SkippableTheory]
    [InlineData("ALICE")]
    [InlineData(" alice ")]
    public async Task People_are_called_what_the_directory_calls_them(string typed) =>
        Assert.Equal("alice", (await SignedInAsync(typed)).Name);

    [SkippableFact]
    public async Task Of_several_names_it_is_the_one_that_was_typed()
    {
        Assert.Equal("several", (await SignedInAsync("Several")).Name);
        Assert.Equal("others", (await SignedInAsync("others")).Name);
    }

    [SkippableTheory]
    [InlineData("*")]
    [InlineData("ali*")]
    [InlineData("alice)(uid=*")]
    [InlineData("x)(|(uid=alice)")]
    [InlineData("x)(!(uid=x)")]
    [InlineData(@"\2a")]
    [InlineData(@"a*b(c)*")]
    public async Task A_name_is_no_filter(string name) =>
        Assert.Null(await Open().SignInAsync(name, slapd.Password, default));

    [SkippableTheory]
    [InlineData(@"a*b(c)\d")]
    [InlineData("jürgen")]
    [InlineData("john")] // whose DN has commas, quotes and backslashes
    public async Task Names_of_unusual_letters_are_found(string name) =>
        Assert.Equal(name, (await SignedInAsync(name)).Name);

    [SkippableTheory]
    [InlineData("twin")]
    [InlineData("triplet")]
    public async Task A_name_that_several_have_is_nobodys(string name) =>
        Assert.Null((await Open().SignInAsync(name, slapd.Password, default))!.Caller);

    [SkippableFact]
    public async Task Filter_scope_and_base_say_who_may_log_in()
    {
        await SignedInAsync("printer");
        await SignedInAsync("deep");
        var people = Open(options => options with { Filter = "(objectClass=inetOrgPerson)" });
        await SignedInAsync("alice", people);
        Assert.Null(await people.SignInAsync("printer", slapd.Password, default));
        var flat = Open(options => options with { Scope = LdapScope.OneLevel });
        await SignedInAsync("alice", flat);
        Assert.Null(await flat.SignInAsync("deep", slapd.Password, default));
        var sub = Open(options => options with { BaseDn = "ou=sub," + Slapd.People });
        await SignedInAsync("deep", sub);
        Assert.Null(await sub.SignInAsync("alice", slapd.Password, default));
        var alone = Open(options => options with { BaseDn = "uid=bob," + Slapd.People, Scope = LdapScope.Base });
        await SignedInAsync("bob", alone);
    }

    [SkippableFact]
    public async Task Another_attribute_may_hold_the_name_and_none_the_groups()
    {
        var directory = Open(options => options with { Uid = "CN", GroupAttribute = "" });

        var john = await SignedInAsync("doe, john \"jd\"", directory);
        Assert.Equal("Doe, John \"JD\"", john.Name);
        Assert.Empty(john.Groups);
    }

    [SkippableFact]
    public async Task What_keeps_the_directory_from_answering_is_not_the_persons_fault()
    {
        Func<LdapOptions, LdapOptions>[] faults =
        [
            options => options with { SearchPassword = "wrong" },
            options => options with { SearchDn = null, SearchPassword = null }, // who may read nothing
            options => options with { BaseDn = "ou=missing," + Slapd.BaseDn },
            options => options with { Filter = "(!)" },
            options => options with { Url = new($"ldap://127.0.0.1:{Slapd.FreePort()}") },
            options => options with { StartTls = true }, // whose authority nobody knows
        ];

        foreach (var fault in faults)
        {
            await Assert.ThrowsAsync<StorageException>(() => Open(fault).SignInAsync("alice", slapd.Password, default));
        }
    }

    [SkippableFact]
    public async Task TLS_from_the_beginning_or_later_needs_a_certificate_that_is_known_and_fits()
    {
        var tls = Open(options => options with { Url = slapd.Tls, TrustedCertificates = slapd.Authorities });
        await SignedInAsync("alice", tls);
        var later = Open(options => options with { StartTls = true, TrustedCertificates = slapd.Authorities });
        await SignedInAsync("alice", later);
        // The reader and alice, twice: what the directory says of it.
        await slapd.WaitForBindsUnderTlsAsync(4);

        var unknown = Open(options => options with { Url = slapd.Tls });
        await Assert.ThrowsAsync<StorageException>(() => unknown.SignInAsync("alice", slapd.Password, default));
        var another = Open(options => options with
        {
            Url = new($"ldaps://localhost:{slapd.Tls.Port}"),
            TrustedCertificates = slapd.Authorities,
        });
        await Assert.ThrowsAsync<StorageException>(() => another.SignInAsync("alice", slapd.Password, default));
    }

    [SkippableFact]
    public async Task Many_at_once_are_told_apart()
    {
        var directory = Open(options => options with { Concurrency = 4 });
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => (i % 3) switch
        {
            0 => directory.SignInAsync("alice", slapd.Password, default),
            1 => directory.SignInAsync("bob", slapd.Password, default),
            _ => directory.SignInAsync("alice", "wrong", default),
        }));

        Assert.All(answers.Index(), answer => Assert.Equal(
            (answer.Index % 3) switch { 0 => "alice", 1 => "bob", _ => null }, answer.Item!.Caller?.Principal.Name));
    }

    private LdapDirectory Open(Func<LdapOptions, LdapOptions>? change = null)
    {
        Skip.If(slapd.Missing is not null, slapd.Missing);
        var options = new LdapOptions
        {
            Url = slapd.Plain,
            SearchDn = Slapd.SearchDn,
            SearchPassword = slapd.SearchPassword,
            BaseDn = Slapd.People,
            Timeout = TimeSpan.FromSeconds(20),
        };
        return new(change is null ? options : change(options));
    }

    private async Task<Principal> SignedInAsync(string name, LdapDirectory? directory = null)
    {
        var answer = await (directory ?? Open()).SignInAsync(name, slapd.Password, default);
        return Assert.IsType<SignIn>(answer).Caller?.Principal ?? throw new InvalidOperationException(answer!.Reason);
    }
}
