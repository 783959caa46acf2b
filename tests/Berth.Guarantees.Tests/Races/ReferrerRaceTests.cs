using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Berth.Guarantees.Tests.Model;
using Xunit.Abstractions;

namespace Berth.Guarantees.Tests.Races;

/// <summary>Referrers that come and go while others list them.</summary>
public sealed class ReferrerRaceTests(ITestOutputHelper output)
{
    private const int Count = 100;

    public static TheoryData<string, int> Places => Race.Places;

    [SkippableTheory]
    [MemberData(nameof(Places))]
    public Task A_referrer_is_listed_once_from_its_push_to_its_deletion(string name, int rounds) =>
        Race.RepeatAsync(name, Math.Max(1, rounds / 2), output, async race =>
        {
            var blob = Race.Random(10);
            Race.Expect(201, await race.PushAsync(0, blob));
            var subject = Contents.Compute(SteppedRegistry.Image(blob), "sha256");
            var referrers = Enumerable.Range(0, Count).Select(number => SteppedRegistry.Image(
                blob, subject, padding: number % 10 == 0 ? new string('x', 70_000 + number) : $"{number}")).ToList();
            var clock = 0L;
            // When each was there for certain, and when it was gone for certain.
            var (there, leaving, gone) = (Times(), Times(), Times());

            var writing = Parallel.ForAsync(0, Count, new ParallelOptions { MaxDegreeOfParallelism = 25 }, WriteAsync);
            do
            {
                var before = Interlocked.Increment(ref clock);
                var listed = await ListAsync(race, subject);
                var after = Interlocked.Increment(ref clock);
                Check(listed, before, after);
            }
            while (!writing.IsCompleted);
            await writing;

            var last = Interlocked.Increment(ref clock);
            Check(await ListAsync(race, subject), last, last);

            async ValueTask WriteAsync(int number, CancellationToken cancellationToken)
            {
                var digest = Contents.Compute(referrers[number], "sha256");
                Race.Expect(201, await race.PutAsync(number, digest, referrers[number]));
                there[digest] = Interlocked.Increment(ref clock);
                if (number % 2 == 0)
                {
                    leaving[digest] = Interlocked.Increment(ref clock);
                    Race.Expect(202, await race.SendAsync(number + 1, "DELETE", $"manifests/{digest}"));
                    gone[digest] = Interlocked.Increment(ref clock);
                }
            }

            void Check(List<string> listed, long before, long after)
            {
                Assert.Equal(listed.Count, listed.Distinct().Count());
                foreach (var (digest, time) in there)
                {
                    if (time < before && !(leaving.TryGetValue(digest, out var left) && left < after))
                        Assert.Contains(digest, listed);
                }
                foreach (var (digest, time) in gone)
                {
                    if (time < before)
                        Assert.DoesNotContain(digest, listed);
                }
            }
        });

    private static ConcurrentDictionary<string, long> Times() => new();

    private static async Task<List<string>> ListAsync(Race race, string subject)
    {
        var found = new List<string>();
        var path = $"referrers/{subject}?n=40";
        for (var page = 0; page < Count; page++)
        {
            var answer = await race.SendAsync(page, "GET", path);
            Race.Expect(200, answer);
            found.AddRange(JsonNode.Parse(answer.Body)!["manifests"]!.AsArray().Select(one => (string)one!["digest"]!));
            if (answer.Header("Link") is not { } link)
                return found;
            path = link[(link.IndexOf("referrers/", StringComparison.Ordinal))..link.IndexOf('>', StringComparison.Ordinal)];
        }
        throw new InvalidOperationException("there is no last page");
    }
}
