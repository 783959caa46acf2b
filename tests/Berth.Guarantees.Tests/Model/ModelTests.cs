using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace Berth.Guarantees.Tests.Model;

/// <summary>
/// Random sequences of requests, each answered as an independent model of the distribution-spec says, on every kind of store.
/// BERTH_MODEL_SEQUENCES sets how many for each and BERTH_MODEL_SECONDS for how long at most, BERTH_MODEL_SEED the first seed;
/// BERTH_MODEL_REPLAY names a file with one sequence.
/// </summary>
public sealed class ModelTests(ITestOutputHelper output)
{
    [SkippableTheory]
    [InlineData("memory", 600)]
    [InlineData("folder", 40)]
    [InlineData("s3", 6)]
    [InlineData("oss", 6)]
    [InlineData("azure", 5)]
    public async Task Every_answer_is_the_one_that_the_model_of_the_spec_gives(string name, int few)
    {
        await using var place = await Place.OpenAsync(name);
        Skip.IfNot(place.Reason is null, place.Reason);
        var count = Setting("BERTH_MODEL_SEQUENCES", few);
        var first = Setting("BERTH_MODEL_SEED", Random.Shared.Next(1_000_000_000));
        output.WriteLine($"{count} sequences on {name} from seed {first}");
        var most = TimeSpan.FromSeconds(Setting("BERTH_MODEL_SECONDS", 3600));
        var (steps, seed, started) = (0, first, Stopwatch.GetTimestamp());
        for (; seed < first + count && Stopwatch.GetElapsedTime(started) < most; seed++)
        {
            var sequence = Sequence.Of(seed);
            steps += sequence.Count;
            if (await Sequence.RunAsync(place, sequence, CollectsAll(name, seed)) is { } failure)
                Assert.Fail(await ExplainAsync(place, seed, sequence, failure, CollectsAll(name, seed)));
        }
        output.WriteLine($"model {name}: {seed - first} sequences, {steps} steps in {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s");
    }

    [SkippableFact]
    public async Task A_sequence_in_a_file_is_run_again()
    {
        var file = Environment.GetEnvironmentVariable("BERTH_MODEL_REPLAY");
        Skip.If(file is null, "BERTH_MODEL_REPLAY names no file with a sequence");
        var name = Environment.GetEnvironmentVariable("BERTH_MODEL_PLACE") ?? "memory";
        await using var place = await Place.OpenAsync(name);
        var steps = (await File.ReadAllLinesAsync(file)).Where(line => line.Length > 0).Select(Operation.Parse).ToList();
        if (await Sequence.RunAsync(place, steps, collectsAll: true) is { } failure)
            Assert.Fail(failure);
    }

    private static async Task<string> ExplainAsync(Place place, int seed, List<Operation> sequence, string failure, bool collectsAll)
    {
        var shortest = await Sequence.ShrinkAsync(sequence, async steps => await Sequence.RunAsync(place, steps, collectsAll) is not null);
        return $"""
            BERTH_MODEL_SEED={seed} fails {failure}

            shrunk to (write the lines to a file, and name it by BERTH_MODEL_REPLAY):
            {string.Join('\n', shortest)}

            which fails {await Sequence.RunAsync(place, shortest, collectsAll)}
            """;
    }

    /// <summary>Collecting all garbage takes several passes: where each is many requests, few sequences end with it.</summary>
    private static bool CollectsAll(string name, int seed) => name is "memory" or "folder" && seed % 8 == 0;

    internal static int Setting(string name, int usual) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : usual;
}
