using System.Globalization;
using Berth.Guarantees.Tests.Model;
using Xunit.Abstractions;

namespace Berth.Guarantees.Tests.Races;

/// <summary>Uploads, mounts and downloads that meet.</summary>
public sealed class UploadRaceTests(ITestOutputHelper output)
{
    public static TheoryData<string, int> Places => Race.Places;

    [SkippableTheory]
    [MemberData(nameof(Places))]
    public Task Many_uploads_of_one_blob_succeed_though_one_breaks_off(string name, int rounds) =>
        Race.RepeatAsync(name, Math.Max(1, rounds / 4), output, async race =>
        {
            var blob = Race.Random(120_000);
            var digest = Contents.Compute(blob, "sha256");
            await Task.WhenAll(Enumerable.Range(0, 50).Select(async client =>
            {
                var path = await race.BeginAsync(client);
                if (client == 7)
                {
                    await race.SendAsync(client, new("PATCH", path) { Body = blob, BrokenAfter = 70_000 });
                    return;
                }
                Race.Expect(202, await race.SendAsync(client, new("PATCH", path) { Body = blob.AsMemory(0, 60_000) }));
                Race.Expect(202, await race.SendAsync(client + 1, new("PATCH", path) { Body = blob.AsMemory(60_000) }));
                Race.Expect(201, await race.SendAsync(client, new("PUT", $"{path}?digest={digest}")));
            }));
            await race.ExpectBlobAsync(blob);
        });

    [SkippableTheory]
    [MemberData(nameof(Places))]
    public Task Of_two_chunks_at_one_offset_one_counts(string name, int rounds) => Race.RepeatAsync(name, rounds, output, async race =>
    {
        foreach (var (before, size) in new[] { (0, 100), (100, 100), (0, 40_000), (40_000, 90_000), (70_000, 90_000) })
        {
            var (start, chunks) = (Race.Random(before), new[] { Race.Random(size), Race.Random(size) });
            var path = await race.BeginAsync(0);
            if (before > 0)
                Race.Expect(202, await race.SendAsync(0, new("PATCH", path) { Body = start }));
            var answers = await Task.WhenAll(chunks.Select((chunk, client) => race.SendAsync(client, new("PATCH", path)
            {
                Body = chunk,
                Headers = [("Content-Range", string.Create(CultureInfo.InvariantCulture, $"{before}-{before + size - 1}"))],
            })));

            Assert.Equal([202, 416], answers.Select(answer => answer.Status).Order());
            var winner = answers[0].Status == 202 ? 0 : 1;
            var range = $"0-{before + size - 1}";
            Assert.Equal(range, answers[winner].Header("Range"));
            Assert.Equal(range, answers[1 - winner].Header("Range"));
            byte[] whole = [.. start, .. chunks[winner]];
            Race.Expect(201, await race.SendAsync(1, new("PUT", $"{path}?digest={Contents.Compute(whole, "sha256")}")));
            await race.ExpectBlobAsync(whole);
        }
    });

    [SkippableTheory]
    [MemberData(nameof(Places))]
    public Task A_blob_mounted_while_its_source_is_deleted_is_there_or_asked_for(string name, int rounds) =>
        Race.RepeatAsync(name, rounds, output, async race =>
        {
            var blob = Race.Random(1000);
            var digest = Contents.Compute(blob, "sha256");
            Race.Expect(201, await race.PushAsync(0, blob, "source"));
            var deleting = race.SendAsync(0, new("DELETE", $"/v2/source/blobs/{digest}"));
            var mounts = await Task.WhenAll(Enumerable.Range(0, 4).Select(client =>
                race.SendAsync(client, "POST", $"blobs/uploads/?mount={digest}&from=source")));

            Race.Expect(202, await deleting);
            Assert.All(mounts, answer => Assert.True(answer.Status is 201 or 202, answer.ToString()));
            Race.Expect(404, await race.SendAsync(1, new("GET", $"/v2/source/blobs/{digest}")));
            if (mounts.Any(answer => answer.Status == 201))
                await race.ExpectBlobAsync(blob);
            Race.Expect(201, await race.PushAsync(1, blob, "source"));
            await race.ExpectBlobAsync(blob, "source");
        });

    [SkippableTheory]
    [MemberData(nameof(Places))]
    public Task A_download_whose_blob_is_deleted_is_whole_or_breaks(string name, int rounds) =>
        Race.RepeatAsync(name, Math.Max(1, rounds / 4), output, async race =>
        {
            var blob = Race.Random(8 * 1024 * 1024);
            var digest = Contents.Compute(blob, "sha256");
            Race.Expect(201, await race.PushAsync(0, blob));
            var downloads = Enumerable.Range(0, 4).Select(client => race.SendAsync(client, "GET", $"blobs/{digest}")).ToList();
            Race.Expect(202, await race.SendAsync(1, "DELETE", $"blobs/{digest}"));
            Race.Expect(404, await race.SendAsync(0, "GET", $"blobs/{digest}"));
            foreach (var answer in await Task.WhenAll(downloads))
            {
                if (answer is { Status: 200, IsBroken: false })
                    Assert.True(blob.AsSpan().SequenceEqual(answer.Body), "other bytes");
                else
                    Assert.True(answer.Status == 404 || answer.IsBroken, answer.ToString());
            }
        });

    [SkippableTheory]
    [MemberData(nameof(Places))]
    public Task A_layer_whose_instance_ends_goes_on_elsewhere(string name, int rounds) =>
        Race.RepeatAsync(name, Math.Max(1, rounds / 4), output, async race =>
        {
            var layer = Race.Random((2 * race.Place.PartsFrom) + 12_345);
            var path = await race.BeginAsync(0);
            for (var (instance, offset) = (0, 0); offset < layer.Length; instance++)
            {
                // Each instance takes a part of it, and its connection breaks as it ends.
                var count = Math.Min(race.Place.PartsFrom * 2 / 3, layer.Length - offset);
                await race.SendAsync(instance, new("PATCH", path) { Body = layer.AsMemory(offset), BrokenAfter = count });
                race.Restart(instance % 2);
                var found = await race.SendAsync(instance + 1, new("GET", path));
                Race.Expect(204, found);
                Assert.Equal($"0-{offset + count - 1}", found.Header("Range"));
                offset += count;
            }
            Race.Expect(201, await race.SendAsync(1, new("PUT", $"{path}?digest={Contents.Compute(layer, "sha256")}")));
            await race.ExpectBlobAsync(layer);
        });
}
