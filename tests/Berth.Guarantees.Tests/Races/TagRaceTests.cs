using Berth.Guarantees.Tests.Model;
using Xunit.Abstractions;

namespace Berth.Guarantees.Tests.Races;

/// <summary>Tags and manifests that many change at once.</summary>
public sealed class TagRaceTests(ITestOutputHelper output)
{
    private const int Clients = 32;

    public static TheoryData<string, int> Places => Race.Places;

    [SkippableTheory]
    [MemberData(nameof(Places))]
    public Task A_tag_is_a_linearizable_register(string name, int rounds) => Race.RepeatAsync(name, rounds, output, async race =>
    {
        var blob = Race.Random(10);
        Race.Expect(201, await race.PushAsync(0, blob));
        bool? holds = null;
        for (var tries = 0; holds is null; tries++)
        {
            Assert.True(tries < 10, "no history of ten could be checked");
            var history = await RunAsync(race, blob, tries);
            holds = Linearizability.Holds(history.Events, initial: null);
            Assert.True(holds != false, string.Join('\n', history.Events.OrderBy(one => one.Begun)));
        }
        await race.ExpectTagsAsync();
    });

    /// <summary>One history of 32 writers, some of which delete, and 32 readers of one tag.</summary>
    private static async Task<RegisterHistory> RunAsync(Race race, byte[] blob, int number)
    {
        const int Each = 4;
        var tag = $"manifests/moving-{number}";
        var history = new RegisterHistory();
        await Task.WhenAll(
        [
            .. Enumerable.Range(0, Clients).Select(client => Task.Run(() => WriteAsync(client))),
            .. Enumerable.Range(0, Clients).Select(client => Task.Run(() => ReadAsync(client))),
        ]);
        return history;

        async Task WriteAsync(int client)
        {
            for (var step = 0; step < Each; step++)
            {
                if (step == 2 && client % 4 == 0)
                {
                    var before = history.Begin();
                    var gone = await race.SendAsync(client, "DELETE", tag);
                    if (gone.Status == 404)
                        history.Read(before, null);
                    else
                        history.Write(before, null);
                    continue;
                }
                var manifest = SteppedRegistry.Image(blob, padding: $"{client}-{step}-{number}");
                var begun = history.Begin();
                Race.Expect(201, await race.PutAsync(client, $"moving-{number}", manifest));
                history.Write(begun, Contents.Compute(manifest, "sha256"));
            }
        }

        async Task ReadAsync(int client)
        {
            for (var step = 0; step < Each; step++)
            {
                var begun = history.Begin();
                var answer = await race.SendAsync(client, "GET", tag);
                Assert.True(answer is { Status: 200 or 404, IsBroken: false }, answer.ToString());
                var digest = answer.Status == 404 ? null : answer.Header("Docker-Content-Digest");
                Assert.True(digest is null || digest == Contents.Compute(answer.Body, "sha256"), "other bytes");
                history.Read(begun, digest);
            }
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Places))]
    public Task Two_first_writers_both_succeed(string name, int rounds) => Race.RepeatAsync(name, rounds, output, async race =>
    {
        var blob = Race.Random(40_000);
        var manifest = SteppedRegistry.Image(blob);

        await Task.WhenAll(Enumerable.Range(0, 2).Select(async client =>
        {
            Race.Expect(201, await race.PushAsync(client, blob));
            Race.Expect(201, await race.PutAsync(client, "first", manifest));
        }));

        await race.ExpectBlobAsync(blob);
        await race.ExpectTagsAsync();
        var catalog = await race.SendAsync(0, new("GET", "/v2/_catalog"));
        Assert.Equal($$"""{"repositories":["{{Race.Repository}}"]}""", catalog.Text);
    });

    [SkippableTheory]
    [MemberData(nameof(Places))]
    public Task A_manifest_deleted_while_it_is_pushed_is_whole_or_gone(string name, int rounds) =>
        Race.RepeatAsync(name, rounds, output, async race =>
        {
            var blob = Race.Random(10);
            Race.Expect(201, await race.PushAsync(0, blob));
            foreach (var padding in new[] { "", new string('x', 70_000) })
            {
                var manifest = SteppedRegistry.Image(blob, padding: padding);
                var digest = Contents.Compute(manifest, "sha256");
                await Task.WhenAll(Enumerable.Range(0, 8).Select(async client =>
                {
                    var answer = client % 2 == 0
                        ? await race.PutAsync(client / 2, $"tag{client}", manifest)
                        : await race.SendAsync(client / 2, "DELETE", $"manifests/{digest}");
                    Assert.True(client % 2 == 0 ? answer.Status == 201 : answer.Status is 202 or 404, answer.ToString());
                }));

                await race.ExpectTagsAsync();
                var pulled = await race.SendAsync(0, "GET", $"manifests/{digest}");
                Assert.True(pulled is { Status: 200 or 404, IsBroken: false }, pulled.ToString());
                Race.Expect(201, await race.PutAsync(1, "again", manifest));
                Race.Expect(200, await race.SendAsync(0, "GET", "manifests/again"));
                Race.Expect(202, await race.SendAsync(1, "DELETE", $"manifests/{digest}"));
                Race.Expect(404, await race.SendAsync(0, "GET", "manifests/again"));
                Race.Expect(404, await race.SendAsync(0, "GET", $"manifests/{digest}"));
            }
        });
}
