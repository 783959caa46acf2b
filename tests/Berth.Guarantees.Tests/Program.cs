using Berth.Guarantees.Tests.Costs;
using Berth.Guarantees.Tests.Crashes;

namespace Berth.Guarantees.Tests;

/// <summary>What this assembly does when it is started as a program: the server that the sweeps kill, and what counts allocations.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        if (arguments is [MortalServer.Command, .. var rest])
        {
            await MortalServer.RunAsync(rest);
            return 0;
        }

        if (arguments is [MortalServer.RemoteCommand, .. var place])
        {
            await MortalServer.RunRemoteAsync(place);
            return 0;
        }

        if (arguments is [TracedServer.Command, .. var folders])
        {
            await TracedServer.RunAsync(folders);
            return 0;
        }

        if (arguments is [AllocationCount.Command, .. var store])
        {
            await AllocationCount.RunAsync(store);
            return 0;
        }

        await Console.Error.WriteLineAsync("These are tests: dotnet test.");
        return 1;
    }
}
