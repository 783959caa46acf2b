using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Berth.Tests.Server;

public sealed partial class ServerProcessTests : IDisposable
{
    private readonly TimeSpan _patience = TimeSpan.FromSeconds(60);
    private readonly ServerFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableTheory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task Dotnet_run_says_where_it_is_answers_and_ends_on_a_signal_with_0(string signal)
    {
        Skip.If(RuntimeInformation.IsOSPlatform(OSPlatform.Windows), "signals are Unix's");
        using var process = Start("--Berth:Http:Address=127.0.0.1:0");
        try
        {
            var line = await process.StandardOutput.ReadLineAsync().WaitAsync(_patience);
            var match = FirstLine().Match(line ?? "");
            Assert.True(match.Success, $"first line: {line}");
            Assert.Equal(Path.Combine(_folder.Working, "data"), match.Groups["data"].Value);
            using var client = new HttpClient();
            using var response = await client.GetAsync(new Uri($"{match.Groups["address"].Value}/v2/"));
            Assert.InRange((int)response.StatusCode, 200, 499);

            // To dotnet run, which passes SIGTERM on; Ctrl-C of a terminal reaches the host itself.
            var target = signal == "INT" ? HostOf(process) : $"{process.Id}";
            using var kill = Process.Start("kill", [$"-{signal}", target]);
            await process.WaitForExitAsync().WaitAsync(_patience);

            Assert.Equal(0, process.ExitCode);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    [Fact]
    public async Task A_bad_setting_ends_dotnet_run_with_1_and_one_line()
    {
        using var process = Start("--Berth:Storage:Provider=tape");
        var error = await process.StandardError.ReadToEndAsync().WaitAsync(_patience);
        await process.WaitForExitAsync().WaitAsync(_patience);
        Assert.Equal(1, process.ExitCode);
        Assert.Equal(
            "Berth does not start: --Berth:Storage:Provider: \"tape\" is not accepted; write filesystem, azure, s3, oss or memory",
            error.Trim());
    }

    private Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = _folder.Working,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var project = Path.Combine(Repository(output), "src", "Berth.Server");
        string[] all =
            ["run", "--no-build", "--configuration", output.Parent!.Name, "--project", project, "--", .. arguments];
        foreach (var argument in all)
            start.ArgumentList.Add(argument);
        foreach (var name in start.Environment.Keys.Where(name => NameOfASetting().IsMatch(name)).ToList())
            start.Environment.Remove(name);
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:1";
        return Process.Start(start)!;
    }

    private static string Repository(DirectoryInfo? directory)
    {
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Functions.sln")))
            directory = directory.Parent;
        return directory?.FullName ?? throw new InvalidOperationException("the tests run outside their repository");
    }

    private static string HostOf(Process run) =>
        File.ReadAllText($"/proc/{run.Id}/task/{run.Id}/children").Trim();

    [GeneratedRegex("^Berth [0-9.]+ listens on (?<address>http://[^,]+), keeps its data in (?<data>.+); try: docker ")]
    private static partial Regex FirstLine();

    [GeneratedRegex("^(Berth__|REGISTRY_|BERTH_)", RegexOptions.IgnoreCase)]
    private static partial Regex NameOfASetting();
}
