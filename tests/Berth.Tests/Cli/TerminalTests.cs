using System.Diagnostics;
using System.Text;
using Berth.Cli;
using Berth.TestTools;

namespace Berth.Tests.Cli;

/// <summary>The command at a terminal of its own.</summary>
public sealed class TerminalTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    [SkippableFact]
    public async Task A_password_that_is_pasted_as_soon_as_it_is_asked_for_does_not_show()
    {
        var script = ProgramPath.Find("script");
        Skip.If(script is null || !OperatingSystem.IsLinux(), "script, which makes terminals, is not there, or is another system's");
        var command = typeof(BerthCommand).Assembly.Location;
        using var process = Process.Start(new ProcessStartInfo(script!)
        {
            ArgumentList = { "-qec", $"'{Environment.ProcessPath}' '{command}' login http://127.0.0.1:1 -u root; stty -a", "/dev/null" },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            var shown = new StringBuilder();
            await ReadUntilAsync(process.StandardOutput, shown, "personal token: ", limit.Token);
            await process.StandardInput.WriteAsync("planted-secret\n".AsMemory(), limit.Token);
            await process.StandardInput.FlushAsync(limit.Token);
            await ReadUntilAsync(process.StandardOutput, shown, "cannot be asked", limit.Token);
            await ReadUntilAsync(process.StandardOutput, shown, " echo ", limit.Token);

            Assert.DoesNotContain("planted-secret", shown.ToString(), StringComparison.Ordinal);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    private static async Task ReadUntilAsync(TextReader reader, StringBuilder text, string end, CancellationToken cancellationToken)
    {
        var letters = new char[256];
        while (!text.ToString().Contains(end, StringComparison.Ordinal))
        {
            var count = await reader.ReadAsync(letters, cancellationToken);
            Assert.True(count > 0, $"ended before “{end}”: {text}");
            text.Append(letters, 0, count);
        }
    }
}
