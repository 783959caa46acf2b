using Berth.Hosting;
using Berth.Server.Configuration;

namespace Berth.Tests.Server;

public sealed class DockerNamesTests
{
    public static TheoryData<string, string, string> Translations => new()
    {
        { "http: {addr: ':5001'}", ServerSettingNames.Address, ":5001" },
        { "http: {tls: {certificate: /c.pem}}", ServerSettingNames.TlsCertificate, "/c.pem" },
        { "http: {tls: {key: /k.pem}}", ServerSettingNames.TlsKey, "/k.pem" },
        { "http: {draintimeout: 5s}", ServerSettingNames.ShutdownTimeout, "5s" },
        { "http: {debug: {addr: ':5001'}}", ServerSettingNames.MetricsAddress, ":5001" },
        { "http: {debug: {prometheus: {path: /m}}}", ServerSettingNames.MetricsPath, "/m" },
        { "http: {headers: {X-One: [nosniff]}}", "Berth:Http:Headers:X-One", "nosniff" },
        { "http: {headers: {X-Two: [a, b]}}", "Berth:Http:Headers:X-Two", "a|b" },
        { "storage: filesystem", SettingNames.Provider, "filesystem" },
        { "storage: inmemory", SettingNames.Provider, "memory" },
        { "storage: {inmemory: }", SettingNames.Provider, "memory" },
        { "storage: {inmemory: {}}", SettingNames.Provider, "memory" },
        { "storage: s3aws", SettingNames.Provider, "s3" },
        { "storage: {S3: {}}", SettingNames.Provider, "s3" },
        { "storage: {filesystem: {}}", SettingNames.Provider, "filesystem" },
        { "storage: {filesystem: {rootdirectory: /r}}", FolderPlace.RootSetting, "/r" },
        { "storage: {delete: {enabled: false}}", SettingNames.DeleteEnabled, "false" },
        { "storage: {redirect: {disable: true}}", SettingNames.RedirectEnabled, "false" },
        { "storage: {redirect: {disable: no}}", SettingNames.RedirectEnabled, "true" },
        { "storage: {maintenance: {uploadpurging: {enabled: false}}}", CollectionSettings.Enabled, "false" },
        { "storage: {maintenance: {uploadpurging: {enabled: true, dryrun: false}}}", CollectionSettings.Enabled, "true" },
        { "storage: {maintenance: {uploadpurging: {age: 48h}}}", CollectionSettings.UploadLifetime, "48h" },
        { "storage: {maintenance: {uploadpurging: {interval: 6h}}}", CollectionSettings.Interval, "6h" },
        { "storage: {maintenance: {uploadpurging: {dryrun: true}}}", CollectionSettings.Enabled, "false" },
        { "validation: {disabled: true}", SettingNames.AllowMissingReferences, "true" },
        { "log: {level: debug}", SettingNames.LogLevel, "debug" },
        { "loglevel: warn", SettingNames.LogLevel, "warn" },
        { "auth: htpasswd", AuthSettings.ModeSetting, "htpasswd" },
        { "auth: {htpasswd: {path: /p}}", AuthSettings.ModeSetting, "htpasswd" },
        { "auth: {htpasswd: {path: /p}}", AuthSettings.HtpasswdPathSetting, "/p" },
        { "auth: {htpasswd: {realm: R}}", AuthSettings.RealmSetting, "R" },
        { "auth: {token: {autoredirect: false}}", AuthSettings.ModeSetting, "token" },
        { "auth: {token: {realm: 'https://a/t'}}", "Berth:Auth:Token:Realm", "https://a/t" },
        { "auth: {token: {service: s}}", "Berth:Auth:Token:Service", "s" },
        { "auth: {token: {issuer: i}}", "Berth:Auth:Token:Issuer", "i" },
        { "auth: {token: {rootcertbundle: /c}}", "Berth:Auth:Token:RootCertificates", "/c" },
        { "auth: {token: {jwks: /j}}", "Berth:Auth:Token:Jwks", "/j" },
        { "auth: {token: {signingalgorithms: [ES256, RS256]}}", "Berth:Auth:Token:Algorithms", "ES256|RS256" },
    };

    [Theory]
    [MemberData(nameof(Translations))]
    public void A_setting_of_the_docker_registry_means_the_same_here(string yaml, string name, string value)
    {
        var warnings = new List<string>();

        var settings = DockerNames.Translate([DockerYaml.ReadFile(yaml, "config.yml")], warnings);

        Assert.Equal(value, string.Join('|', Assert.Single(settings, setting => setting.Name == name).Values));
        Assert.Empty(warnings);
    }

    [Fact]
    public void Every_name_in_the_table_is_translated_by_a_test() =>
        Assert.All(
            DockerNames.Used.Select(entry => entry.Berth).Concat(DockerAuth.Used.Select(entry => entry.Berth)),
            name => Assert.Contains(Translations, row => ((string)row[1]) == name));

    [Fact]
    public void A_dry_run_of_purging_turns_collection_off_in_whatever_order_it_is_said()
    {
        using var folder = new ServerFolder();
        foreach (var yaml in (string[])["{dryrun: true, enabled: true}", "{enabled: true, dryrun: true}"])
        {
            var read = folder.ReadYaml($"storage: {{maintenance: {{uploadpurging: {yaml}}}}}");
            Assert.False(read.Options.Berth.Registry.Collection.Enabled);
            Assert.Empty(read.Warnings);
        }
    }

    [Theory]
    [InlineData("REGISTRY_AUTH", "silly")]
    [InlineData("REGISTRY_AUTH_SILLY_REALM", "silly-realm")]
    public void A_login_that_lets_everybody_in_is_refused_with_what_to_use(string name, string value)
    {
        using var folder = new ServerFolder();
        var message = folder.Refusal(null, (name, value));
        Assert.StartsWith($"{name}: silly lets everybody in; use htpasswd", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_ways_to_log_in_are_refused_unless_one_is_chosen()
    {
        using var folder = new ServerFolder();
        folder.Write("config.yml", "auth: {htpasswd: {path: p}, token: {realm: 'https://a'}}");
        Assert.Contains("another way to log in", folder.Refusal(["config.yml"]), StringComparison.Ordinal);

        var options = folder.Read(["config.yml"], ("REGISTRY_AUTH", "htpasswd")).Options;
        Assert.Equal(Path.Combine(folder.Working, "p"), options.Berth.Auth.HtpasswdPath);
    }

    [Theory]
    [InlineData("version: 0.1")]
    [InlineData("http: {secret: s, relativeurls: true, host: https://example.com}")]
    [InlineData("storage: {tag: {concurrencylimit: 8}}")]
    [InlineData("storage: {filesystem: {maxthreads: 100}}")]
    [InlineData("auth:")]
    [InlineData("")]
    [InlineData("# nothing\n")]
    public void What_changes_nothing_passes_without_a_word(string yaml)
    {
        using var folder = new ServerFolder();
        Assert.Empty(folder.ReadYaml(yaml).Warnings);
    }

    [Theory]
    [InlineData("storage: {cache: {blobdescriptor: inmemory}}", "storage.cache.blobdescriptor is not used by Berth")]
    [InlineData("redis: {addrs: [a, b]}", "redis.addrs is not used by Berth")]
    [InlineData("health: {tcp: [{addr: a}, {addr: b}]}", "health.tcp.addr is not used by Berth")]
    [InlineData("http: {adr: x}", "http.adr is not used by Berth")]
    [InlineData("http: plain", "http is not used by Berth")]
    [InlineData("auth: {htpasswd: {path: /p, colour: red}}", "auth.htpasswd.colour is not used by Berth")]
    [InlineData("auth: {token: {realm: 'https://a/t', service: s, issuer: i, jwks: jwks.json, autoredirect: true}}",
        "auth.token.autoredirect is not used by Berth: clients are told the realm that is set, never what they said in Host")]
    [InlineData("storage: {maintenance: {readonly: {enabled: true}}}",
        "storage.maintenance.readonly.enabled is not used by Berth: the registry accepts pushes")]
    [InlineData("storage: {maintenance: {uploadpurging: {ages: 168h}}}", "storage.maintenance.uploadpurging.ages is not used by Berth")]
    [InlineData("middleware: {storage: [{name: cloudfront}]}",
        "middleware.storage.name is not used by Berth: downloads are redirected to the store itself")]
    [InlineData("storage: {filesystem: {rotdirectory: /r}}", "storage.filesystem.rotdirectory is not used by Berth")]
    [InlineData("storage: {filesystem: plain}", "storage.filesystem is not used by Berth")]
    public void What_berth_does_not_have_is_named_and_does_not_stop_the_start(string yaml, string warning)
    {
        using var folder = new ServerFolder();
        folder.Write("jwks.json", "{}");
        Assert.Equal($"config.yml: {warning}", Assert.Single(folder.ReadYaml(yaml).Warnings));
    }

    [Theory]
    [InlineData("REGISTRY_HTTP_ADDR", ":5001", ServerSettingNames.Address, ":5001")]
    [InlineData("REGISTRY_HTTP_ADDR", "[::]:5001", ServerSettingNames.Address, "[::]:5001")]
    [InlineData("REGISTRY_HTTP_ADDR", "0.0.0.0:5001", ServerSettingNames.Address, "0.0.0.0:5001")]
    [InlineData("REGISTRY_HTTP_TLS_CERTIFICATE", "/c.pem", ServerSettingNames.TlsCertificate, "/c.pem")]
    [InlineData("REGISTRY_HTTP_TLS_KEY", "/k.pem", ServerSettingNames.TlsKey, "/k.pem")]
    [InlineData("REGISTRY_HTTP_HEADERS_X-Content-Type-Options", "[nosniff]",
        "Berth:Http:Headers:x-content-type-options", "nosniff")]
    [InlineData("REGISTRY_HTTP_HEADERS_X-Content-Type-Options_0", "nosniff",
        "Berth:Http:Headers:x-content-type-options", "nosniff")]
    [InlineData("REGISTRY_HTTP_HEADERS", "{X-One: [a, b]}", "Berth:Http:Headers:X-One", "a|b")]
    [InlineData("REGISTRY_STORAGE", "inmemory", SettingNames.Provider, "memory")]
    [InlineData("REGISTRY_STORAGE", "s3", SettingNames.Provider, "s3")]
    [InlineData("REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY", "/r", FolderPlace.RootSetting, "/r")]
    [InlineData("REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY", "/r", SettingNames.Provider, "filesystem")]
    [InlineData("REGISTRY_STORAGE_DELETE_ENABLED", "\"true\"", SettingNames.DeleteEnabled, "true")]
    [InlineData("REGISTRY_STORAGE_REDIRECT_DISABLE", "true", SettingNames.RedirectEnabled, "false")]
    [InlineData("REGISTRY_STORAGE_MAINTENANCE_UPLOADPURGING_ENABLED", "false", CollectionSettings.Enabled, "false")]
    [InlineData("REGISTRY_STORAGE_MAINTENANCE_UPLOADPURGING_AGE", "48h", CollectionSettings.UploadLifetime, "48h")]
    [InlineData("REGISTRY_STORAGE_MAINTENANCE_UPLOADPURGING_INTERVAL", "6h", CollectionSettings.Interval, "6h")]
    [InlineData("REGISTRY_VALIDATION_DISABLED", "true", SettingNames.AllowMissingReferences, "true")]
    [InlineData("REGISTRY_LOG_LEVEL", "warn", SettingNames.LogLevel, "warn")]
    [InlineData("REGISTRY_AUTH", "htpasswd", AuthSettings.ModeSetting, "htpasswd")]
    [InlineData("REGISTRY_AUTH_HTPASSWD_PATH", "/p", AuthSettings.ModeSetting, "htpasswd")]
    [InlineData("REGISTRY_AUTH_HTPASSWD_PATH", "/p", AuthSettings.HtpasswdPathSetting, "/p")]
    [InlineData("REGISTRY_AUTH_HTPASSWD_REALM", "basic-realm", AuthSettings.RealmSetting, "basic-realm")]
    [InlineData("REGISTRY_AUTH", "token", AuthSettings.ModeSetting, "token")]
    [InlineData("REGISTRY_AUTH_TOKEN_ROOTCERTBUNDLE", "/c", "Berth:Auth:Token:RootCertificates", "/c")]
    public void A_variable_of_the_docker_registry_means_the_same_here(
        string variable, string value, string name, string expected)
    {
        var warnings = new List<string>();

        var settings = DockerNames.Translate(
            [DockerSources.FromVariables(new Dictionary<string, string> { [variable] = value, ["OTHER"] = "x" })],
            warnings);

        Assert.Equal(expected, string.Join('|', Assert.Single(settings, setting => setting.Name == name).Values));
        Assert.Empty(warnings);
    }

    [Theory]
    [InlineData("REGISTRY_PASSWORD", "[{: @", "REGISTRY_PASSWORD is not used by Berth")]
    [InlineData("REGISTRY_PORT_5000_TCP", "tcp://10.0.0.1:5000", "REGISTRY_PORT_5000_TCP is not used by Berth")]
    public void Anybody_elses_variable_is_named_and_does_not_stop_the_start(string name, string value, string warning)
    {
        using var folder = new ServerFolder();
        Assert.StartsWith(warning, Assert.Single(folder.Read(null, (name, value)).Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http:\n  addr: :5000\n  bad: [\n", "config.yml, line 4: ")]
    [InlineData("log:\n level: info\n\taddr: x\n", "config.yml, line 2: ")]
    [InlineData("http:\n  headers:\n    X-A: [nosniff\nstorage:\n  filesystem: x\n", "config.yml, line 4: ")]
    [InlineData("http: &a\n  b: *a\n", "config.yml, line 1: ")]
    [InlineData("log: {level: info}\nlog: {level: warn}\n", "config.yml, line 2: ")]
    [InlineData("- http\n", "config.yml, line 1: ")]
    [InlineData("just text", "config.yml, line 1: ")]
    public void A_malformed_file_is_refused_with_its_name_and_line(string yaml, string beginning)
    {
        using var folder = new ServerFolder();
        folder.Write("config.yml", yaml);
        Assert.StartsWith(beginning, folder.Refusal(["serve", "config.yml"]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_malformed_list_in_a_variable_is_refused_with_its_name()
    {
        using var folder = new ServerFolder();
        Assert.StartsWith(
            "REGISTRY_HTTP_HEADERS_X-FOO: ",
            folder.Refusal(null, ("REGISTRY_HTTP_HEADERS_X-FOO", "[nosniff")), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_storage_providers_in_one_file_are_refused()
    {
        using var folder = new ServerFolder();
        folder.Write("config.yml", "storage: {filesystem: {rootdirectory: /r}, inmemory: {}}");
        Assert.Contains("another storage provider", folder.Refusal(["config.yml"]), StringComparison.Ordinal);
    }

    [Fact]
    public void One_source_may_name_its_provider_twice()
    {
        using var folder = new ServerFolder();
        var options = folder.Read(
            null, ("REGISTRY_STORAGE", "filesystem"), ("REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY", "/r")).Options;
        Assert.Equal(Path.GetFullPath("/r"), options.Berth.Place.ToString());
    }

    [Theory]
    [InlineData("inmemory", "memory, until it ends")]
    [InlineData("filesystem", "data")]
    [InlineData("", "data")]
    public void The_environment_overrules_a_file_with_all_that_the_file_says_of_its_driver(string value, string place)
    {
        using var folder = new ServerFolder();
        folder.Write("config.yml", "storage: {azure: {accountname: a, rootdirectory: /x}}");

        var configuration = folder.Read(["config.yml"], ("REGISTRY_STORAGE", value));

        Assert.EndsWith(place, configuration.Options.Berth.Place.ToString(), StringComparison.Ordinal);
        Assert.Empty(configuration.Warnings);
    }

    [Theory]
    [InlineData("gcs", "use s3, oss, azure or filesystem")]
    [InlineData("GCS", "use s3, oss, azure or filesystem")]
    [InlineData("swift", "regionendpoint and Swift's s3api")]
    [InlineData("rados", "regionendpoint and Ceph's object gateway")]
    public void A_driver_that_berth_cannot_replace_is_refused_with_what_can(string driver, string instead)
    {
        using var folder = new ServerFolder();
        var message = folder.Refusal(null, ("REGISTRY_STORAGE", driver));
        Assert.StartsWith("REGISTRY_STORAGE (Berth:Storage:Provider): ", message, StringComparison.Ordinal);
        Assert.EndsWith(instead, message, StringComparison.Ordinal);

        folder.Write("config.yml", $"storage: {{{driver}: {{bucket: b}}}}");
        Assert.EndsWith(instead, folder.Refusal(["config.yml"]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_driver_that_berth_cannot_replace_may_be_overruled()
    {
        using var folder = new ServerFolder();
        folder.Write("config.yml", "storage: {gcs: {bucket: b, keyfile: /k}}");
        var options = folder.Read(["config.yml"], ("Berth__Storage__Provider", "memory")).Options;
        Assert.IsType<MemoryPlace>(options.Berth.Place);
    }

    [Fact]
    public void Merged_mappings_are_understood()
    {
        using var folder = new ServerFolder();
        var options = folder.ReadYaml("base: &b {level: warn}\nlog: {<<: *b}\n").Options;
        Assert.Equal(Microsoft.Extensions.Logging.LogLevel.Warning, options.Berth.LogLevel);
    }
}
