using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Berth.Deployment.Tests.Yaml;
using Berth.Hosting;
using Berth.TestTools;
using YamlDotNet.RepresentationModel;

namespace Berth.Deployment.Tests;

/// <summary>That deploy/compose.yaml and what may be laid over it fit together and say no password.</summary>
public sealed partial class ComposeTests
{
    private static readonly string[] Files = ["deploy/compose.yaml", "deploy/compose.tls.yaml"];

    private static readonly YamlMappingNode Base = YamlFiles.Read(Files[0]);

    private static readonly YamlMappingNode Tls = YamlFiles.Read(Files[1]);

    [Fact]
    public void The_registry_finds_the_store_and_signs_with_its_only_key()
    {
        var place = Assert.IsType<S3Place>(Bind(Environment(Base, "registry")).Place).Options;

        Assert.Equal(Value("STORE_ACCESS_KEY"), place.AccessKeyId);
        Assert.Equal(Value("STORE_SECRET_KEY"), place.SecretAccessKey);
        var store = Environment(Base, "store");
        Assert.Equal(place.AccessKeyId, Fill(store["AWS_ACCESS_KEY_ID"]));
        Assert.Equal(place.SecretAccessKey, Fill(store["AWS_SECRET_ACCESS_KEY"]));
        Assert.Equal("store", place.Endpoint?.Host);
        Assert.Contains($"-ip={place.Endpoint?.Host}", Base.Texts("services", "store", "command"));
        Assert.Contains($":{place.Endpoint?.Port}/", HealthCheck(Base, "store")[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Downloads_are_redirected_only_where_clients_reach_the_store()
    {
        Assert.False(Bind(Environment(Base, "registry")).Registry.RedirectEnabled);
        Assert.DoesNotContain(Base.Texts("services", "store", "ports"), _ => true);

        var environment = Environment(Base, "registry");
        foreach (var (name, value) in Environment(Tls, "registry"))
            environment[name] = value;
        var options = Bind(environment);

        Assert.True(options.Registry.RedirectEnabled);
        Assert.Equal(
            new Uri("https://" + Value("STORE_HOST")),
            Assert.IsType<S3Place>(options.Place).Options.PublicEndpoint);
    }

    [Fact]
    public void Every_secret_must_be_given_and_none_is_written_down()
    {
        var secrets = Files.Select(YamlFiles.Read)
            .SelectMany(file => file.Entries("services"))
            .SelectMany(service => service.Value.TextEntries("environment"))
            .Where(entry => SecretName().IsMatch(entry.Key))
            .ToList();

        Assert.Equal(4, secrets.Count);
        Assert.All(secrets, entry => Assert.Matches(@"\A\$\{[A-Z_]+:\?.+\}\z", entry.Value));
    }

    [Fact]
    public void The_example_names_what_must_be_given_and_gives_nothing()
    {
        var lines = File.ReadAllLines(Repository.PathOf("deploy/.env.example"))
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split('=', 2))
            .ToDictionary(parts => parts[0], parts => parts[1].Trim('\''));

        Assert.Equal(Names().Order(), lines.Keys.Order());
        Assert.All(lines.Values, Assert.Empty);
        Assert.Contains(".env", File.ReadAllLines(Repository.PathOf(".gitignore")));
    }

    [Fact]
    public void Logins_come_from_a_file_that_is_mounted_and_not_committed()
    {
        var auth = Bind(Environment(Base, "registry")).Auth;

        Assert.False(auth.IsUnguarded);
        Assert.Equal(["logins"], Base.Texts("services", "registry", "secrets"));
        Assert.Equal("/run/secrets/logins", auth.HtpasswdPath);
        Assert.Equal("./logins", Base.Text("secrets", "logins", "file"));
        Assert.Contains("deploy/logins", File.ReadAllLines(Repository.PathOf(".gitignore")));
    }

    [Fact]
    public void Only_this_machine_reaches_the_registry_without_TLS()
    {
        var port = Assert.Single(Base.Texts("services", "registry", "ports"));
        Assert.StartsWith("${BERTH_LISTEN:-127.0.0.1:", port, StringComparison.Ordinal);
        Assert.Empty(Tls.Texts("services", "registry", "ports"));
        Assert.Equal("true", Base.Text("networks", "store", "internal"));
        Assert.Equal(["store"], Base.Texts("services", "store", "networks"));
    }

    [Fact]
    public void Everything_says_whether_it_is_well_and_what_needs_it_waits()
    {
        foreach (var (file, name, service) in Services())
        {
            if (service.Find("image") is null)
                continue;
            Assert.NotEmpty(HealthCheck(file, name));
            Assert.Equal("unless-stopped", service.Text("restart"));
            Assert.All(service.Entries("depends_on"), needed =>
                Assert.Equal("service_healthy", needed.Value.Text("condition")));
        }

        Assert.Equal(["store"], Base.Entries("services", "registry", "depends_on").Select(entry => entry.Key));
        Assert.Equal(["registry"], Tls.Entries("services", "gateway", "depends_on").Select(entry => entry.Key));
    }

    [Fact]
    public void Images_have_versions_and_volumes_are_declared()
    {
        foreach (var (file, _, service) in Services())
        {
            if (service.Find("image") is { } image && service.Find("build") is null)
                Assert.Matches(@"\A[a-z/]+:[0-9]+\.[0-9]+\z", image.Text());
            Assert.All(service.Texts("volumes").Where(volume => volume[0] != '.'), volume =>
                Assert.Contains(volume.Split(':')[0], file.Entries("volumes").Select(entry => entry.Key)));
            Assert.All(service.Texts("volumes").Where(volume => volume[0] == '.'), volume =>
                Assert.True(File.Exists(Repository.PathOf("deploy/" + volume.Split(':')[0]))));
        }

        var build = Base.At("services", "registry", "build");
        Assert.True(File.Exists(Repository.PathOf($"deploy/{build.Text("context")}/{build.Text("dockerfile")}")));
    }

    [Fact]
    public void The_gateway_is_told_all_that_its_configuration_asks_for_and_leads_to_both()
    {
        var configuration = File.ReadAllText(Repository.PathOf("deploy/Caddyfile"));

        Assert.Equal(
            Environment(Tls, "gateway").Keys.Order(),
            Placeholder().Matches(configuration).Select(match => match.Groups["name"].Value).Distinct().Order());
        Assert.Equal(
            ["registry:5000", "store:8333"],
            Upstream().Matches(configuration).Select(match => match.Groups["to"].Value).Order());
    }

    [SkippableTheory]
    [InlineData("HTTP/1.1 200 OK", true)]
    [InlineData("HTTP/1.1 503 Service Unavailable", false)]
    [InlineData(null, false)]
    public async Task The_health_check_of_the_registry_tells_well_from_unwell(string? answer, bool isWell)
    {
        var bash = ProgramPath.Find("bash");
        Skip.If(bash is null, "there is no bash");
        var test = HealthCheck(Base, "registry");
        Assert.Equal(["CMD", "bash", "-c"], test[..3]);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        if (answer is null)
            listener.Stop();

        var run = new ClientProgram(bash!, new Dictionary<string, string?>()).TryRunAsync(
            "-c", test[3].Replace("/5000", $"/{port}", StringComparison.Ordinal));
        var asked = answer is null ? "GET /readyz HTTP/1.0" : await AnswerAsync(listener, answer);

        Assert.Equal(isWell, (await run).IsSuccess);
        Assert.Equal("GET /readyz HTTP/1.0", asked);
    }

    [SkippableFact]
    public async Task Docker_itself_understands_both()
    {
        var docker = ProgramPath.Find("docker");
        Skip.If(docker is null, "there is no docker");
        var client = new ClientProgram(
            docker!, Names().ToDictionary(name => name, name => (string?)Value(name)))
        {
            Folder = Repository.PathOf("deploy"),
        };
        Skip.IfNot((await client.TryRunAsync("compose", "version")).IsSuccess, "this docker has no compose");

        await client.RunAsync("compose", "-f", "compose.yaml", "config", "--quiet");
        await client.RunAsync("compose", "-f", "compose.yaml", "-f", "compose.tls.yaml", "config", "--quiet");
    }

    private static async Task<string?> AnswerAsync(TcpListener listener, string answer)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var client = await listener.AcceptTcpClientAsync(limit.Token);
        using var reader = new StreamReader(client.GetStream());
        var asked = await reader.ReadLineAsync(limit.Token);
        while (!string.IsNullOrEmpty(await reader.ReadLineAsync(limit.Token)))
        {
        }

        var bytes = Encoding.ASCII.GetBytes($"{answer}\r\nContent-Length: 0\r\n\r\n");
        await client.GetStream().WriteAsync(bytes, limit.Token);
        return asked;
    }

    private static IEnumerable<(YamlMappingNode File, string Name, YamlNode Service)> Services() =>
        new[] { Base, Tls }.SelectMany(file =>
            file.Entries("services").Select(service => (file, service.Key, service.Value)));

    private static List<string> HealthCheck(YamlNode file, string service) =>
        [.. file.Texts("services", service, "healthcheck", "test")];

    private static Dictionary<string, string> Environment(YamlNode file, string service) =>
        file.At("services", service).TextEntries("environment");

    private static BerthOptions Bind(Dictionary<string, string> environment) =>
        SettingsOfServer.Bind(environment.ToDictionary(entry => entry.Key, entry => Fill(entry.Value)));

    private static IEnumerable<string> Names() =>
        Files.SelectMany(file => Required().Matches(File.ReadAllText(Repository.PathOf(file))))
            .Select(match => match.Groups["name"].Value)
            .Distinct();

    private static string Fill(string text) => Required().Replace(text, match => Value(match.Groups["name"].Value));

    /// <summary>What somebody might give for a variable.</summary>
    private static string Value(string name) => name.ToLowerInvariant().Replace('_', '-') + ".example.com";

    [GeneratedRegex(@"\$\{(?<name>[A-Z_]+):\?[^}]+\}")]
    private static partial Regex Required();

    [GeneratedRegex(@"\{\$(?<name>[A-Z_]+)\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"reverse_proxy (?:@\w+ )?(?<to>\S+)")]
    private static partial Regex Upstream();

    [GeneratedRegex("key|secret|password|token", RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();
}
