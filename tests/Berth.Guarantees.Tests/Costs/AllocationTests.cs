using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace Berth.Guarantees.Tests.Costs;

/// <summary>
/// What a request may allocate: garbage is what a registry's slowest answers wait for. The limits are those of
/// docs/performance.md; a change that allocates more has to say there what for.
/// </summary>
public sealed class AllocationTests(ITestOutputHelper output)
{
    private static readonly Dictionary<string, long> InMemory = new(StringComparer.Ordinal)
    {
        ["manifest-by-tag"] = 4096,
        ["manifest-by-digest"] = 3072,
        ["manifest-head"] = 4096,
        ["blob-head"] = 3072,
        ["blob-redirected"] = 3072,
        ["blob-4-KiB"] = 4096,
    };

    private static readonly Dictionary<string, long> InAFolder = new(StringComparer.Ordinal)
    {
        ["manifest-by-tag"] = 8192,
        ["manifest-by-digest"] = 8192,
        ["manifest-head"] = 8192,
        ["blob-head"] = 8192,
        ["blob-redirected"] = 8192,
        ["blob-4-KiB"] = 8192,
    };

    [SkippableFact]
    public Task Over_a_store_in_memory_a_request_allocates_under_4_KiB() => CheckAsync(InMemory);

    [SkippableFact]
    public async Task Over_a_folder_a_request_allocates_little_more()
    {
        using var folder = TemporaryFolder.Create();
        await CheckAsync(InAFolder, folder.Path);
    }

    private async Task CheckAsync(Dictionary<string, long> limits, params string[] arguments)
    {
        Skip.If(Repository.Configuration == "Debug", "a Debug build allocates what a Release build does not");
        await using var counting = ChildProcess.Start(new ProcessStartInfo(
            Repository.Dotnet, ["exec", typeof(AllocationCount).Assembly.Location, AllocationCount.Command, .. arguments]));
        var excess = new List<string>();
        foreach (var (name, limit) in limits)
        {
            var line = await counting.WaitForLineAsync(line => line.StartsWith($"{name} ", StringComparison.Ordinal));
            var bytes = long.Parse(line.AsSpan(name.Length + 1), CultureInfo.InvariantCulture);
            output.WriteLine($"{name}: {bytes} of {limit} bytes");
            if (bytes > limit)
                excess.Add($"{name} allocates {bytes} bytes, more than {limit}");
        }

        Assert.Empty(excess);
    }
}
