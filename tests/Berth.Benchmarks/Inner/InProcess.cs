using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Berth.Benchmarks.Inner;

/// <summary>
/// In this process: BenchmarkDotNet would otherwise build a project of its own, for which it has to know the framework, and
/// whose name the internals of Berth are not visible to.
/// </summary>
internal sealed class InProcess : ManualConfig
{
    public InProcess()
    {
        Add(DefaultConfig.Instance);
        AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
        AddDiagnoser(MemoryDiagnoser.Default);
        ArtifactsPath = TestTools.Repository.PathOf("artifacts/benchmarks");
    }
}
