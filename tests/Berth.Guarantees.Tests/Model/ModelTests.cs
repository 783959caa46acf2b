using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace Berth.Guarantees.Tests.Model;

/// <summary>
/// Random sequences of requests, each answered as an independent model of the distribution-spec says, on every kind of store.
/// BERTH_MODEL_SEQUENCES sets how many for each, BERTH_MODEL_SEED the first seed; BERTH_MODEL_REPLAY a file with one sequence.
/// </summary>
public sealed class ModelTests(ITestOutputHelper output)
{
    [SkippableTheory]
    [InlineData("memory", 800)]
    [InlineData("folder", 60)]
    [InlineData("s3", 10)]
    [InlineData("oss", 12)]
    [InlineData("azure", 8)]
    public async Task Every_answer_is_the_one_that_the_model_of_the_spec_gives(string name, int few)
    {
        await using var place = await Place.OpenAsync(name);
        Skip.IfNot(place.Reason is null, place.Reason);
        var count = Setting("BERTH_MODEL_SEQUENCES", few);
        var first = Setting("BERTH_MODEL_SEED", Random.Shared.Next(1_000_000_000));
        output.WriteLine($"{count} sequences on {name} from seed {first}");
        var (steps, started) = (0, Stopwatch.GetTimestamp());
        for (var seed = first; seed < first + count; seed++)
        {
            var sequence = Sequence.Of(seed);
            steps += sequence.Count;
            if (await Sequence.RunAsync(place, sequence) is { } failure)
                Assert.Fail(await ExplainAsync(place, seed, sequence, failure));
        }
        output.WriteLine($"model {name}: {count} sequences, {steps} steps in {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s");
    }

    [SkippableFact]
    public async Task A_sequence_in_a_file_is_run_again()
    {
        var file = Environment.GetEnvironmentVariable("BERTH_MODEL_REPLAY");
        Skip.If(file is null, "BERTH_MODEL_REPLAY names no file with a sequence");
        var name = Environment.GetEnvironmentVariable("BERTH_MODEL_PLACE") ?? "memory";
        await using var place = await Place.OpenAsync(name);
        var steps = (await File.ReadAllLinesAsync(file)).Where(line => line.Length > 0).Select(Operation.Parse).ToList();
        Assert.Null(await Sequence.RunAsync(place, steps));
    }

    private static async Task<string> ExplainAsync(Place place, int seed, List<Operation> sequence, string failure)
    {
        var shortest = await Sequence.ShrinkAsync(sequence, async steps => await Sequence.RunAsync(place, steps) is not null);
        return $"""
            BERTH_MODEL_SEED={seed} fails {failure}

            shrunk to (write the lines to a file, and name it by BERTH_MODEL_REPLAY):
            {string.Join('\n', shortest)}

            which fails {await Sequence.RunAsync(place, shortest)}
            """;
    }

    internal static int Setting(string name, int usual) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : usual;
}
