using System.Net;
using Berth.Auth;
using Berth.Hosting;
using Berth.Server.Configuration;
using Microsoft.Extensions.Logging;

namespace Berth.Tests.Server;

public sealed class ServerConfigurationTests : IDisposable
{
    private static readonly (string, string) Open = ("Berth__Auth__AllowAnonymous", "true");

    private readonly ServerFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Nothing_set_is_port_5000_of_this_machine_and_a_folder_named_data()
    {
        var options = _folder.Read().Options;

        Assert.Equal("127.0.0.1:5000", options.Address.ToString());
        Assert.Null(options.Tls);
        Assert.Empty(options.Headers);
        Assert.Equal(Path.Combine(_folder.Working, "data"), Assert.IsType<FolderPlace>(options.Berth.Place).Root);
        Assert.Equal(new RegistryOptions(), options.Berth.Registry);
        Assert.Equal(AuthMode.None, options.Berth.Auth.Options.Mode);
        Assert.Equal(LogLevel.Information, options.Berth.LogLevel);
        Assert.Equal(TimeSpan.FromSeconds(30), options.ShutdownTimeout);
    }

    [Fact]
    public void The_shipped_appsettings_say_what_the_defaults_are()
    {
        var defaults = _folder.Read().Options;
        File.Copy(
            Path.Combine(AppContext.BaseDirectory, "appsettings.json"),
            Path.Combine(_folder.Program, "appsettings.json"));

        var shipped = _folder.Read();

        Assert.Empty(shipped.Warnings);
        Assert.Equal(
            defaults with { Berth = defaults.Berth with { Auth = shipped.Options.Berth.Auth } },
            shipped.Options with { Headers = defaults.Headers });
    }

    [Theory]
    [InlineData(0, "127.0.0.1:5000")]
    [InlineData(1, ":5001")]
    [InlineData(2, ":5002")]
    [InlineData(3, ":5003")]
    [InlineData(4, ":5004")]
    [InlineData(5, ":5005")]
    [InlineData(6, ":5006")]
    public void A_stronger_source_wins(int sources, string expected)
    {
        if (sources >= 1)
            File.WriteAllText(Path.Combine(_folder.Program, "appsettings.json"), Json(5001));
        if (sources >= 2)
            _folder.Write("appsettings.json", Json(5002));
        var arguments = new List<string>();
        if (sources >= 3)
        {
            _folder.Write("config.yml", "http: {addr: ':5003'}");
            arguments.Add("config.yml");
        }

        var environment = new List<(string, string)> { ("Berth__Auth__AllowAnonymous", "true") };
        if (sources >= 4)
            environment.Add(("REGISTRY_HTTP_ADDR", ":5004"));
        if (sources >= 5)
            environment.Add(("Berth__Http__Address", ":5005"));
        if (sources >= 6)
            arguments.Add("--Berth:Http:Address=:5006");

        Assert.Equal(expected, _folder.Read([.. arguments], [.. environment]).Options.Address.ToString());
        static string Json(int port) => $$"""{ "Berth": { "Http": { "Address": ":{{port}}" } } }""";
    }

    [Fact]
    public void A_list_of_a_stronger_source_replaces_the_whole_list()
    {
        _folder.Write("appsettings.json", """{ "Berth": { "Http": { "Headers": { "X-A": ["1", "2", "3"] } } } }""");

        var options = _folder.Read(null, ("Berth__Http__Headers__X-A__0", "4")).Options;

        Assert.Equal("4", Assert.Single(options.Headers).Value.ToString());
    }

    [Fact]
    public void An_empty_value_sets_back_to_the_default()
    {
        _folder.Write("config.yml", "http: {addr: ':5001'}");
        Assert.Equal(
            "127.0.0.1:5000", _folder.Read(["config.yml"], ("REGISTRY_HTTP_ADDR", "")).Options.Address.ToString());
    }

    [Theory]
    [InlineData("config.yml")]
    [InlineData("serve", "config.yml")]
    [InlineData("--config", "config.yml")]
    [InlineData("--config=config.yml")]
    [InlineData("serve", "--config", "config.yml")]
    public void A_configuration_file_is_named_in_any_usual_way(params string[] arguments)
    {
        _folder.Write("config.yml", "log: {level: error}");
        Assert.Equal(LogLevel.Error, _folder.Read(arguments).Options.Berth.LogLevel);
    }

    [Fact]
    public void Every_setting_is_read()
    {
        var options = _folder.Read(
        [
            "--Berth:Http:Address=https://localhost:5001", "--Berth:Http:TlsCertificate", "c.pem",
            "--berth:http:tlskey=k.pem", "--Berth:Http:Headers:X-A=1", "--Berth:Storage:Provider=FileSystem",
            "--Berth:Storage:FileSystem:Root=store", "--Berth:DeleteEnabled=false",
            "--Berth:AllowMissingReferences=true",
            "--Berth:MaximumManifestSize=5MiB", "--Berth:UploadBufferSize=25165824", "--Berth:RedirectEnabled=false",
            "--Berth:RedirectLifetime=90s", "--Berth:StreamedRepositories=a, b/*", "--Berth:StreamedNetworks=10.0.0.0/8",
            "--Berth:ProxyNetworks=10.0.0.0/8,2001:db8::/32", "--Berth:Log:Level=Debug", "--Berth:ShutdownTimeout=00:00:05",
        ]).Options;

        Assert.Equal("localhost:5001", options.Address.ToString());
        Assert.Equal(Path.Combine(_folder.Working, "c.pem"), options.Tls?.Certificate);
        Assert.Equal(Path.Combine(_folder.Working, "k.pem"), options.Tls?.Key);
        Assert.Equal("X-A", Assert.Single(options.Headers).Key);
        Assert.Equal(Path.Combine(_folder.Working, "store"), Assert.IsType<FolderPlace>(options.Berth.Place).Root);
        Assert.Equal(
            new RegistryOptions
            {
                DeleteEnabled = false,
                AllowMissingReferences = true,
                MaximumManifestSize = 5 << 20,
                UploadBufferSize = 24 << 20,
                RedirectEnabled = false,
                RedirectLifetime = TimeSpan.FromSeconds(90),
                StreamedRepositories = options.Berth.Registry.StreamedRepositories,
                StreamedNetworks = options.Berth.Registry.StreamedNetworks,
                ProxyNetworks = options.Berth.Registry.ProxyNetworks,
            },
            options.Berth.Registry);
        Assert.Equal(["a", "b/*"], options.Berth.Registry.StreamedRepositories.Select(pattern => pattern.ToString()));
        Assert.Equal([IPNetwork.Parse("10.0.0.0/8")], options.Berth.Registry.StreamedNetworks);
        Assert.Equal(
            [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("2001:db8::/32")], options.Berth.Registry.ProxyNetworks);
        Assert.Equal(LogLevel.Debug, options.Berth.LogLevel);
        Assert.Equal(TimeSpan.FromSeconds(5), options.ShutdownTimeout);
    }

    [Theory]
    [InlineData("Address", "foo", "127.0.0.1:5000")]
    [InlineData("Address", "https://127.0.0.1:5000", "Berth:Http:TlsCertificate")]
    [InlineData("TlsCertificate", "/c.pem", "Berth:Http:TlsKey")]
    [InlineData("TlsKey", "/k.pem", "Berth:Http:TlsCertificate")]
    [InlineData("Headers:X-A", "två", "ASCII")]
    [InlineData("Headers:X A", "1", "no header name")]
    [InlineData("Headers:Content-Length", "1", "leave it out")]
    public void A_bad_value_of_the_http_section_is_refused_by_name(string name, string value, string accepted) =>
        RefusedByName($"Berth:Http:{name}", value, accepted);

    [Theory]
    [InlineData("Storage:Provider", "tape", "filesystem, azure, s3, oss or memory")]
    [InlineData("DeleteEnabled", "maybe", "true or false")]
    [InlineData("AllowMissingReferences", "1", "true or false")]
    [InlineData("MaximumManifestSize", "1MiB", "4MiB")]
    [InlineData("MaximumManifestSize", "2GiB", "1024MiB")]
    [InlineData("UploadBufferSize", "1000", "24MiB")]
    [InlineData("RedirectEnabled", "2", "true or false")]
    [InlineData("RedirectLifetime", "1h", "20m")]
    [InlineData("RedirectLifetime", "0", "1s")]
    [InlineData("StreamedRepositories", "a,B", "library/*")]
    [InlineData("StreamedNetworks", "10.0.0.0/8,ten", "10.0.0.0/8")]
    [InlineData("StreamedNetworks", "10.0.0.1", "10.0.0.0/8")]
    [InlineData("ProxyNetworks", "1", "10.0.0.0/8")]
    [InlineData("PublicUrl", "registry.example.com", "https://registry.example.com")]
    [InlineData("PublicUrl", "https://registry.example.com/path", "https://registry.example.com")]
    [InlineData("PublicUrl", "https://user@registry.example.com", "https://registry.example.com")]
    [InlineData("PublicUrl", "ftp://registry.example.com", "https://registry.example.com")]
    [InlineData("Auth:Mode", "open", "none, htpasswd, accounts or token")]
    [InlineData("Auth:Mode", "1", "none, htpasswd, accounts or token")]
    [InlineData("Auth:Mode", "htpasswd", "Berth:Auth:Htpasswd:Path")]
    [InlineData("Auth:Mode", "token", "Berth:Auth:Token:RootCertificates or Berth:Auth:Token:Jwks")]
    [InlineData("Auth:TokenLifetime", "59s", "60s to 24h")]
    [InlineData("Auth:TokenLifetime", "25h", "60s to 24h")]
    [InlineData("Auth:SigningKeys", "a,b,c", "two files at most")]
    [InlineData("Auth:SigningKeys", "none.pem", "none.pem")]
    [InlineData("Auth:Accounts:ProjectCreation", "nobody", "administrators or everyone")]
    [InlineData("Auth:Accounts:SelfRegistration", "1", "true or false")]
    [InlineData("Auth:Accounts:Administrator", "admin", "Berth:Auth:Accounts:AdministratorPassword")]
    [InlineData("Auth:Accounts:AdministratorPassword", "secret1234", "Berth:Auth:Accounts:Administrator ")]
    [InlineData("Auth:Accounts:AdministratorPasswordFile", "none", "none")]
    [InlineData("Auth:Limits:RequestsPerMinute", "-1", "1 to 1000000")]
    [InlineData("Auth:Limits:AnonymousRequestsPerMinute", "many", "1 to 1000000")]
    [InlineData("Auth:Oidc:Issuer", "https://i.example", "Berth:Auth:Oidc:ClientId")]
    [InlineData("Auth:Oidc:ClientId", "c", "Berth:Auth:Oidc:Issuer")]
    [InlineData("Audit:Retention", "90", "1d to 3650d")]
    [InlineData("Audit:Retention", "3651d", "1d to 3650d")]
    [InlineData("Audit:Retention", "0d", "1d to 3650d")]
    [InlineData("Auth:AllowAnonymous", "1", "true or false")]
    [InlineData("Auth:Realm", "Bérth", "ASCII")]
    [InlineData("Log:Level", "loud", "debug, info, warn or error")]
    [InlineData("ShutdownTimeout", "60", "30s")]
    [InlineData("DrainDelay", "5", "5s")]
    [InlineData("Telemetry:MetricsAddress", "https://127.0.0.1:5001", "127.0.0.1:5000")]
    [InlineData("Telemetry:MetricsPath", "metrics", "/metrics")]
    [InlineData("Telemetry:OtlpEndpoint", "collector", "http://collector:4318")]
    [InlineData("ShutdownTimeout", "25h", "24h")]
    public void A_bad_value_is_refused_by_name_with_what_is_accepted(string name, string value, string accepted) =>
        RefusedByName($"Berth:{name}", value, accepted);

    [Theory]
    [InlineData("REGISTRY_HTTP_ADDR", "foo", "Berth:Http:Address")]
    [InlineData("REGISTRY_STORAGE", "gcs", "Berth:Storage:Provider")]
    [InlineData("REGISTRY_STORAGE_GCS_BUCKET", "b", "Berth:Storage:Provider")]
    [InlineData("REGISTRY_STORAGE_DELETE_ENABLED", "maybe", "Berth:DeleteEnabled")]
    [InlineData("REGISTRY_STORAGE_REDIRECT_DISABLE", "maybe", "Berth:RedirectEnabled")]
    [InlineData("REGISTRY_LOG_LEVEL", "loud", "Berth:Log:Level")]
    [InlineData("REGISTRY_HTTP_ADDR", "[a, b]", "one value")]
    public void A_bad_value_of_a_docker_variable_is_refused_by_both_names(string name, string value, string berth)
    {
        var message = _folder.Refusal(null, (name, value));
        Assert.StartsWith(name, message, StringComparison.Ordinal);
        Assert.Contains(berth, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bad_value_in_a_file_is_refused_with_the_file()
    {
        _folder.Write("config.yml", "http: {addr: foo}");
        Assert.StartsWith(
            "config.yml: http.addr (Berth:Http:Address): \"foo\"", _folder.Refusal(["config.yml"]),
            StringComparison.Ordinal);
        _folder.Write("appsettings.json", """{ "Berth": { "Log": { "Level": "loud" } } }""");
        Assert.StartsWith("appsettings.json: Berth:Log:Level: \"loud\"", _folder.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Http_in_the_address_beside_a_certificate_is_refused()
    {
        var message = _folder.Refusal(
            ["--Berth:Http:Address=http://:5000", "--Berth:Http:TlsCertificate=c", "--Berth:Http:TlsKey=k"]);
        Assert.Contains("write https://", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none.yml", "none.yml")]
    [InlineData(".", "folder")]
    [InlineData("--adress=:5000", "--adress is not an option")]
    [InlineData("--Berth:DeleteEnabled", "needs a value")]
    [InlineData("--config", "needs a value")]
    [InlineData("a.yml b.yml", "one configuration file")]
    public void A_command_line_that_makes_no_sense_is_refused(string line, string expected) =>
        Assert.Contains(expected, _folder.Refusal(line.Split(' ')), StringComparison.Ordinal);

    [Theory]
    [InlineData("{ \"Berth\": {", "appsettings.json: ")]
    [InlineData("{ \"Berth\": { \"DeleteEnabled\": true, \"deleteenabled\": true } }", "appsettings.json: ")]
    public void Malformed_appsettings_are_refused_by_name(string json, string expected)
    {
        _folder.Write("appsettings.json", json);
        Assert.Contains(expected, _folder.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Mistyped_names_of_every_source_are_named_and_do_not_stop_the_start()
    {
        _folder.Write("appsettings.json", """{ "Berth": { "Htp": { "Address": "x" } }, "Logging": { "A": "b" } }""");

        var configuration = _folder.Read(
            ["--Berth:DeletEnabled=false"], ("Berth__Storage__FileSystem__Rot", "/r"), ("BERTHA__X", "y"));

        Assert.Equal(
            [
                "appsettings.json: Berth:Htp:Address is not a setting of Berth",
                "Berth__Storage__FileSystem__Rot is not a setting of Berth",
                "--Berth:DeletEnabled is not a setting of Berth",
            ],
            configuration.Warnings);
    }

    [Fact]
    public void In_a_container_it_listens_everywhere_and_keeps_data_where_the_docker_registry_does()
    {
        var options = _folder.Read(null, ("BERTH_CONTAINER", "true"), Open).Options;
        Assert.Equal("0.0.0.0:5000", options.Address.ToString());
        Assert.Equal(Path.GetFullPath("/var/lib/registry"), options.Berth.Place.ToString());
    }

    [Fact]
    public void In_a_container_a_mounted_configuration_is_read_and_outside_it_is_not()
    {
        _folder.Write("mounted.yml", "http: {addr: ':5001'}");
        Assert.Equal(":5001", _folder.Read(null, ("BERTH_CONTAINER", "true"), Open).Options.Address.ToString());
        Assert.Equal("127.0.0.1:5000", _folder.Read().Options.Address.ToString());
    }

    [Fact]
    public void A_rule_of_federation_is_read_whatever_it_is_called_and_what_it_lacks_is_named()
    {
        const string Rule = "--Berth:Auth:Federation:github:";
        string[] whole =
        [
            Rule + "Issuer=https://token.actions.githubusercontent.com", Rule + "Audience=registry.example.com",
            Rule + "Claims:repository=org/app", Rule + "Claims:ref=refs/heads/main", Rule + "Repositories=org/app,org/app/*",
            Rule + "Actions=pull,push",
        ];

        var configuration = _folder.Read(whole);

        Assert.Empty(configuration.Warnings);
        var rule = Assert.Single(configuration.Options.Berth.Auth.Options.Federation);
        Assert.Equal("https://token.actions.githubusercontent.com", rule.Issuer);
        Assert.Equal("registry.example.com", rule.Audience);
        Assert.Equal(
            new Dictionary<string, string> { ["repository"] = "org/app", ["ref"] = "refs/heads/main" }, rule.Claims);
        Assert.Equal(["org/app", "org/app/*"], rule.Repositories.Select(pattern => pattern.ToString()));
        Assert.Equal(RepositoryActions.Pull | RepositoryActions.Push, rule.Actions);
        foreach (var (left, named) in new[]
        {
            ("Issuer", "Issuer"), ("Audience", "Audience"), ("Claims", "Claims:CLAIM"), ("Repositories", "Repositories"),
            ("Actions", "Actions"),
        })
        {
            Assert.StartsWith(
                $"Berth:Auth:Federation:github:{named}: ",
                _folder.Refusal([.. whole.Where(line => !line.StartsWith(Rule + left, StringComparison.Ordinal))]),
                StringComparison.Ordinal);
        }

        Assert.Contains("pull, push or delete", _folder.Refusal([.. whole[..5], Rule + "Actions=all"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--Berth:Http:Address=:5000", "--Berth:Http:Address: at :5000 others reach")]
    [InlineData("--Berth:Http:Address=10.1.2.3:5000", "--Berth:Http:Address: at 10.1.2.3:5000 others reach")]
    [InlineData("--Berth:Auth:Mode=none --Berth:Http:Address=:0", "--Berth:Http:Address: at :0 others reach")]
    public void A_registry_that_others_reach_has_logins_or_was_told_to_have_none(string line, string beginning)
    {
        var message = _folder.Refusal(line.Split(' '));

        Assert.StartsWith(beginning, message, StringComparison.Ordinal);
        Assert.Contains("Berth:Auth:Mode=htpasswd", message, StringComparison.Ordinal);
        Assert.Contains("Berth:Auth:Htpasswd:Path=FILE", message, StringComparison.Ordinal);
        Assert.Contains("Berth:Auth:AllowAnonymous=true", message, StringComparison.Ordinal);
        Assert.False(_folder.Read(line.Split(' '), Open).Options.Address.IsLoopback);
    }

    [Fact]
    public void A_container_without_a_word_about_logins_does_not_start() =>
        Assert.StartsWith(
            "Berth:Http:Address: at 0.0.0.0:5000 others reach", _folder.Refusal(null, ("BERTH_CONTAINER", "true")),
            StringComparison.Ordinal);

    [Fact]
    public void Every_setting_is_in_the_help() =>
        Assert.All(
            typeof(SettingNames).GetFields().Concat(typeof(AuthSettings).GetFields()).Select(field => (string)field.GetRawConstantValue()!),
            name => Assert.Contains(name, CommandLine.Usage, StringComparison.Ordinal));

    private void RefusedByName(string name, string value, string accepted)
    {
        var message = _folder.Refusal([$"--{name}={value}"]);
        Assert.StartsWith($"--{name}: ", message, StringComparison.Ordinal);
        Assert.Contains(accepted, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        var variable = name.Replace(":", "__", StringComparison.Ordinal);
        Assert.StartsWith(
            $"{variable}: ", _folder.Refusal(null, (variable, value)), StringComparison.Ordinal);
    }
}
