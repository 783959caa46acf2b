using System.Text.Json.Nodes;
using Berth.Cli;
using Berth.Tests.Accounts;
using Berth.Tests.Moving;
using Berth.TestTools;
using Xunit.Abstractions;

namespace Berth.Tests.Cli;

/// <summary>Runs the berth command inside this process, with a home of the test's own.</summary>
public abstract class CliTest(AccountsRegistry registry, ITestOutputHelper output) : IClassFixture<AccountsRegistry>, IDisposable
{
    private readonly TemporaryFolder _folder = TemporaryFolder.Create();

    protected AccountsRegistry Registry { get; } = registry;

    protected string Url => Registry.Registry.Address.GetLeftPart(UriPartial.Authority);

    /// <summary>What <c>XDG_CONFIG_HOME</c> says.</summary>
    protected string Home => _folder.At("config");

    protected string LoginsPath => Path.Combine(Home, "berth", "logins.json");

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Runs a command line, split at its blanks.</summary>
    protected Task<CliResult> RunAsync(string line, string input = "", params (string Name, string Value)[] environment) =>
        RunAsync(line.Split(' '), input, terminal: false, environment);

    /// <summary>Runs a command line as a person at a terminal, who types the lines of the input, shown or not.</summary>
    protected Task<CliResult> TypeAsync(string line, params string[] typed) =>
        RunAsync(line.Split(' '), string.Join('\n', typed), terminal: true, []);

    protected async Task<CliResult> RunAsync(
        string[] arguments, string input, bool terminal, (string Name, string Value)[] environment, TimeProvider? time = null)
    {
        var (standard, error, lines) = (new StringWriter(), new StringWriter(), new StringReader(input));
        var code = await BerthCommand.RunAsync(
            arguments,
            new()
            {
                Environment = new Dictionary<string, string>(
                    environment.Select(entry => KeyValuePair.Create(entry.Name, entry.Value)))
                {
                    ["XDG_CONFIG_HOME"] = Home,
                },
                WorkingDirectory = _folder.Path,
                Output = standard,
                Error = error,
                Input = lines,
                HideTyping = terminal ? () => new Hidden(this) : null,
                OutputIsTerminal = terminal,
                Time = time ?? Registry.Time,
            },
            CancellationToken.None);
        var result = new CliResult(code, standard.ToString(), error.ToString());
        output.WriteLine($"berth {string.Join(' ', arguments)}\n{result}");
        return result;
    }

    /// <summary>Runs a command that has to do what it says.</summary>
    protected async Task<CliResult> DoAsync(string line, string input = "")
    {
        var run = await RunAsync(line, input);
        Assert.True(run.Code == ExitCode.Done, run.ToString());
        return run;
    }

    /// <summary>Runs a command that has to be refused, for a reason.</summary>
    protected async Task<CliResult> RefusedAsync(
        string why, string line, string input = "", params (string Name, string Value)[] environment)
    {
        var run = await RunAsync(line, input, environment);
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Empty(run.Output);
        Assert.Matches(why, run.Error);
        return run;
    }

    /// <summary>How often typing was hidden, and is.</summary>
    protected (int Times, int Open) Hiding { get; private set; }

    protected Task<CliResult> LogInAsync(string user = AccountsRegistry.Administrator) =>
        DoAsync($"login {Url} -u {user} --password-stdin", AccountsRegistry.Password);

    /// <summary>The login that is kept for a registry.</summary>
    protected JsonNode? Kept(string url) => File.Exists(LoginsPath)
        ? JsonNode.Parse(File.ReadAllText(LoginsPath))!["registries"]!.AsArray().FirstOrDefault(one => (string?)one!["url"] == url)
        : null;

    /// <summary>A terminal that hides what is typed.</summary>
    private sealed class Hidden : IDisposable
    {
        private readonly CliTest _test;

        public Hidden(CliTest test)
        {
            _test = test;
            test.Hiding = (test.Hiding.Times + 1, test.Hiding.Open + 1);
        }

        public void Dispose() => _test.Hiding = (_test.Hiding.Times, _test.Hiding.Open - 1);
    }
}
