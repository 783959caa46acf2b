using System.Diagnostics;
using System.DirectoryServices.Protocols;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Identity;
using Berth.TestTools;

namespace Berth.Tests.Identity;

/// <summary>A directory: Debian's slapd with people and groups, on free ports of this machine, for a class of tests.</summary>
public sealed class Slapd : IAsyncLifetime
{
    public const string BaseDn = "dc=example,dc=org";
    public const string People = "ou=people," + BaseDn;
    public const string SearchDn = "cn=reader," + BaseDn;
    public const string Developers = "cn=developers,ou=groups," + BaseDn;
    public const string Administrators = "cn=administrators,ou=groups," + BaseDn;

    private const string Owner = "cn=owner," + BaseDn;

    /// <summary>Where the package itself puts it, and where .ci/run unpacks it without starting its service.</summary>
    private static readonly string[] Roots = ["/", "/usr/local/lib/berth-tests/slapd"];

    private readonly string _ownerPassword = NewPassword();
    private TemporaryFolder? _folder;
    private ChildProcess? _process;

    public string SearchPassword { get; } = NewPassword();

    /// <summary>Everybody's.</summary>
    public string Password { get; } = NewPassword() + " pässwörd 🔑";

    public Uri Plain { get; } = new($"ldap://127.0.0.1:{FreePort()}");

    public Uri Tls { get; } = new($"ldaps://127.0.0.1:{FreePort()}");

    /// <summary>A folder with the certificate authority that vouches for it.</summary>
    public string Authorities => _folder!.At("authorities");

    public string? Missing { get; private set; }

    /// <summary>Waits until it has logged so many binds that could not be overheard.</summary>
    public async Task WaitForBindsUnderTlsAsync(int count)
    {
        var seen = 0;
        await _process!.WaitForLineAsync(line =>
            line.Contains("BIND dn=", StringComparison.Ordinal) && line.Contains(" ssf=256", StringComparison.Ordinal)
            && ++seen == count);
    }

    public async Task InitializeAsync()
    {
        if (Array.Find(Roots, one => File.Exists(Path.Join(one, "usr/sbin/slapd"))) is not { } root)
        {
            Missing = "there is no slapd";
            return;
        }
        try
        {
            using var library = new LdapConnection("127.0.0.1");
        }
        catch (DllNotFoundException)
        {
            Missing = "there is no libldap";
            return;
        }
        _folder = TemporaryFolder.Create();
        await WriteCertificatesAsync();
        await WriteConfigurationAsync(root);
        var start = new ProcessStartInfo(
            Path.Join(root, "usr/sbin/slapd"),
            ["-d", "stats", "-h", $"{Plain} {Tls}", "-f", _folder.At("slapd.conf")])
        { WorkingDirectory = _folder.Path };
        start.Environment["LD_LIBRARY_PATH"] = string.Join(':', Directory.GetDirectories(Path.Join(root, "usr/lib"), "*-linux-gnu"));
        _process = ChildProcess.Start(start);
        await _process.WaitForLineAsync(line => line.Contains("slapd starting", StringComparison.Ordinal));
        await WaitForListenerAsync(Plain.Port);
        await WaitForListenerAsync(Tls.Port);
        LdapTimeouts.Set(TimeSpan.FromSeconds(20)); // of the whole process: another test may have set less
        Fill();
    }

    public async Task DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
        _folder?.Dispose();
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>It says that it starts before it listens.</summary>
    private static async Task WaitForListenerAsync(int port)
    {
        for (var tries = 1; ; tries++)
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException) when (tries < 500)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20));
            }
        }
    }

    private static string NewPassword() => Convert.ToHexString(RandomNumberGenerator.GetBytes(12));

    private async Task WriteConfigurationAsync(string root)
    {
        var schemas = new[] { "core", "cosine", "inetorgperson" }
            .Select(name => $"include {Path.Join(root, "etc/ldap/schema", name + ".schema")}");
        await File.WriteAllTextAsync(
            _folder!.At("slapd.conf"),
            $"""
            {string.Join('\n', schemas)}
            modulepath {Path.Join(root, "usr/lib/ldap")}
            moduleload back_mdb
            moduleload memberof
            allow bind_anon_cred
            TLSCertificateFile {_folder.At("server.pem")}
            TLSCertificateKeyFile {_folder.At("server.key")}
            database mdb
            suffix "{BaseDn}"
            rootdn "{Owner}"
            rootpw {_ownerPassword}
            directory {_folder.Add("data")}
            overlay memberof
            access to attrs=userPassword by anonymous auth by * none
            access to * by dn.exact="{SearchDn}" read by * none

            """);
    }

    private async Task WriteCertificatesAsync()
    {
        var (from, to) = (DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authority = new CertificateRequest("CN=Test authority", authorityKey, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        using var authorityCertificate = authority.CreateSelfSigned(from, to);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=directory", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(authorityCertificate, from, to, RandomNumberGenerator.GetBytes(8));
        _folder!.Add("authorities");
        await File.WriteAllTextAsync(Path.Join(Authorities, "authority.pem"), authorityCertificate.ExportCertificatePem());
        await File.WriteAllTextAsync(_folder.At("server.pem"), certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(_folder.At("server.key"), key.ExportPkcs8PrivateKeyPem());
    }

    private void Fill()
    {
        using var connection = new LdapConnection(
            new LdapDirectoryIdentifier(Plain.Host, Plain.Port), new NetworkCredential(Owner, _ownerPassword), AuthType.Basic);
        connection.SessionOptions.ProtocolVersion = 3;
        connection.Bind();
        Add(BaseDn, ("objectClass", ["dcObject", "organization"]), ("o", ["Example"]));
        Add(SearchDn, ("objectClass", ["organizationalRole", "simpleSecurityObject"]), ("userPassword", [SearchPassword]));
        foreach (var unit in (string[])[People, "ou=sub," + People, "ou=groups," + BaseDn])
        {
            Add(unit, ("objectClass", ["organizationalUnit"]));
        }
        AddPerson($"uid=alice,{People}", "alice");
        AddPerson($"uid=bob,{People}", "bob");
        AddPerson($"cn=Doe\\, John \\\"JD\\\",{People}", "john");
        AddPerson($"uid=jürgen,{People}", "jürgen");
        AddPerson($"cn=Odd,{People}", @"a*b(c)\d");
        AddPerson($"cn=Twin one,{People}", "twin");
        AddPerson($"cn=Twin two,{People}", "twin");
        AddPerson($"cn=Triplet one,{People}", "triplet");
        AddPerson($"cn=Triplet two,{People}", "triplet");
        AddPerson($"cn=Triplet three,{People}", "triplet");
        AddPerson($"cn=Several,{People}", "several", "others");
        AddPerson($"uid=deep,ou=sub,{People}", "deep");
        Add($"uid=printer,{People}", ("objectClass", ["account", "simpleSecurityObject"]), ("userPassword", [Password]));
        Add($"uid=locked,{People}", ("objectClass", ["inetOrgPerson"]), ("cn", ["x"]), ("sn", ["x"]));
        Add(Developers, ("objectClass", ["groupOfNames"]), ("member", [$"uid=alice,{People}", $"uid=bob,{People}"]));
        Add(Administrators, ("objectClass", ["groupOfNames"]), ("member", [$"uid=alice,{People}"]));

        void AddPerson(string dn, params string[] uids) => Add(
            dn, ("objectClass", ["inetOrgPerson"]), ("uid", uids), ("cn", ["x"]), ("sn", ["x"]), ("userPassword", [Password]));

        void Add(string dn, params (string Name, string[] Values)[] attributes) => connection.SendRequest(new AddRequest(
            dn, [.. attributes.Select(one => new DirectoryAttribute(one.Name, [.. one.Values.Cast<object>()]))]));
    }
}
