using BenchmarkDotNet.Running;
using Berth.Benchmarks;
using Berth.Benchmarks.Inner;
using Berth.Benchmarks.Peers;
using Berth.Benchmarks.Scale;

// dotnet run -c Release --project tests/Berth.Benchmarks -- compare [OPTION…]     Berth beside another registry
// dotnet run -c Release --project tests/Berth.Benchmarks -- scale [OPTION…]       what a platform serves, and what it costs
// dotnet run -c Release --project tests/Berth.Benchmarks -- --filter '*'          its inner parts, by BenchmarkDotNet
switch (args)
{
    case [S3Process.Command]:
        await S3Process.ServeAsync();
        return 0;
    case [CompareCommand.Name, ..]:
        return await CompareCommand.RunAsync(args[1..]);
    case [ScaleCommand.Name, ..]:
        return await ScaleCommand.RunAsync(args[1..]);
    default:
        BenchmarkSwitcher.FromAssembly(typeof(InProcess).Assembly).Run(args, new InProcess());
        return 0;
}
