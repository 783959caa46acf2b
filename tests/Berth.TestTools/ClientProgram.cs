using System.Diagnostics;
using Xunit;
using Xunit.Abstractions;

namespace Berth.TestTools;

/// <summary>What became of one run of a program.</summary>
public sealed record ProgramResult(string CommandLine, int ExitCode, string Output, string Error)
{
    public bool IsSuccess => ExitCode == 0;

    public ProgramResult MustSucceed()
    {
        Assert.True(IsSuccess, $"exit code {ExitCode} of {this}");
        return this;
    }

    public override string ToString() => $"{CommandLine}\n{Output}{Error}";
}

/// <summary>A program to run to its end, within bounds.</summary>
/// <param name="path">The program.</param>
/// <param name="environment">Variables to set; <see langword="null"/> as a value removes one.</param>
/// <param name="output">Where each run is written down.</param>
public sealed class ClientProgram(
    string path, IReadOnlyDictionary<string, string?> environment, ITestOutputHelper? output = null)
{
    private static readonly TimeSpan WaitForPipes = TimeSpan.FromSeconds(10);

    /// <summary>What every run begins with.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    public string Folder { get; init; } = Path.GetTempPath();

    /// <summary>When a run is ended, with every process that it began.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Runs the program, which must succeed.</summary>
    public async Task<ProgramResult> RunAsync(params string[] arguments) =>
        (await TryRunAsync(arguments)).MustSucceed();

    /// <summary>Runs the program, which may fail.</summary>
    public async Task<ProgramResult> TryRunAsync(params string[] arguments)
    {
        using var process = new Process { StartInfo = Describe(arguments) };
        process.Start();
        process.StandardInput.Close();
        var result = await WaitAsync(process, $"{Path.GetFileName(path)} {string.Join(' ', arguments)}");
        output?.WriteLine($"{result}[exit code {result.ExitCode}]");
        return result;
    }

    private ProcessStartInfo Describe(string[] arguments)
    {
        var start = new ProcessStartInfo(path, [.. Options, .. arguments])
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            if (value is null)
                start.Environment.Remove(name);
            else
                start.Environment[name] = value;
        }

        return start;
    }

    private async Task<ProgramResult> WaitAsync(Process process, string commandLine)
    {
        var standardOutput = process.StandardOutput.ReadToEndAsync();
        var standardError = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            var said = await Task.WhenAll(standardOutput, standardError).WaitAsync(WaitForPipes);
            throw new TimeoutException($"{commandLine} took more than {Limit}:\n{string.Concat(said)}");
        }

        await Task.WhenAll(standardOutput, standardError).WaitAsync(WaitForPipes);
        return new(commandLine, process.ExitCode, await standardOutput, await standardError);
    }
}
