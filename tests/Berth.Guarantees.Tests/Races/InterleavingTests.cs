using Berth.Guarantees.Tests.Model;
using Xunit.Abstractions;

namespace Berth.Guarantees.Tests.Races;

/// <summary>
/// Every order in which the storage calls of two requests can come, with at most a few interruptions: whatever the order, the
/// store is whole afterwards and each answer is true.
/// </summary>
public sealed class InterleavingTests(ITestOutputHelper output)
{
    private const string Repository = "a/b";
    private const string Other = "other";
    private const string Tag = "latest";

    private static readonly byte[] Blob = [1, 2, 3];
    private static readonly string Digest = Contents.Digest(Blob);
    private static readonly byte[] Subject = SteppedRegistry.Image(Blob, padding: "subject");
    private static readonly byte[] Image = SteppedRegistry.Image(Blob, subject: Contents.Digest(Subject));
    private static readonly byte[] Large = SteppedRegistry.Image(
        Blob, subject: Contents.Digest(Subject), padding: new string('x', 70_000));

    /// <summary>Every request that changes something, and one that reads before it does.</summary>
    private static readonly string[] Requests =
    [
        "finish", "push", "mount", "put", "put-large", "put-digest", "delete-blob", "delete-manifest", "delete-large", "delete-tag",
        "head-and-put",
    ];

    public static TheoryData<string, string> Pairs
    {
        get
        {
            var pairs = new TheoryData<string, string>();
            for (var one = 0; one < Requests.Length; one++)
            {
                for (var other = one; other < Requests.Length; other++)
                    pairs.Add(Requests[one], Requests[other]);
            }
            return pairs;
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Two_requests_in_any_order_leave_a_whole_store(string one, string other)
    {
        var runs = 0;
        foreach (var isThere in new[] { true, false })
        {
            runs += await Task.Run(() => Exploration.ExhaustAsync(
                interruptions: ModelTests.Setting("BERTH_RACE_INTERRUPTIONS", 2), mostRuns: 20_000, seed: 0,
                choose => RunAsync([one, other], isThere, choose)));
        }
        output.WriteLine($"interleavings {one} {other}: {runs} orders");
    }

    [Fact]
    public async Task Three_requests_in_an_order_by_chance_leave_a_whole_store()
    {
        var seed = ModelTests.Setting("BERTH_RACE_SEED", Random.Shared.Next(1_000_000_000));
        var runs = ModelTests.Setting("BERTH_RACE_RUNS", 1500);
        output.WriteLine($"interleavings of three requests: {runs} orders from seed {seed}");
        for (var number = seed; number < seed + runs; number++)
        {
            var random = new Random(number);
            string[] names = [.. Enumerable.Range(0, 3).Select(_ => Requests[random.Next(Requests.Length)])];
            await Task.Run(() => Exploration.SampleAsync(number, 1, choose => RunAsync(names, random.Next(2) == 0, choose)));
        }
    }

    /// <summary>Runs requests in an order.</summary>
    /// <param name="names">Which.</param>
    /// <param name="isThere">Whether everything was pushed before.</param>
    /// <param name="choose">The order.</param>
    private static async Task RunAsync(string[] names, bool isThere, Func<IReadOnlyList<int>, int, int> choose)
    {
        using var registry = new SteppedRegistry();
        await registry.PushBlobAsync(0, Other, Blob);
        if (isThere)
        {
            await registry.PushBlobAsync(0, Repository, Blob);
            foreach (var manifest in new[] { Subject, Image, Large })
                Assert.Equal(201, (await registry.PutManifestAsync(0, Repository, Tag, manifest)).Status);
        }
        var answers = new Answer[names.Length];
        for (var index = 0; index < names.Length; index++)
        {
            var (number, request) = (index, await PrepareAsync(registry, names[index], index % 2));
            registry.Steps.Add($"{index} {names[index]}", async () => answers[number] = await request());
        }

        await registry.Steps.RunAsync(choose);

        await registry.CheckRecordsAsync();
        for (var index = 0; index < names.Length; index++)
            await CheckAnswerAsync(registry, names, names[index], answers[index]);
    }

    /// <summary>What a client does, and what it did before.</summary>
    private static async Task<Func<Task<Answer>>> PrepareAsync(SteppedRegistry registry, string name, int instance)
    {
        switch (name)
        {
            case "finish":
                var path = await registry.BeginUploadAsync(Repository, Blob);
                return () => registry.SendAsync(instance, new("PUT", $"{path}?digest={Digest}"));
            case "push":
                return () => registry.PushBlobAsync(instance, Repository, Blob);
            case "mount":
                return () => registry.SendAsync(
                    instance, new("POST", $"/v2/{Repository}/blobs/uploads/?mount={Digest}&from={Other}"));
            case "put":
                return () => registry.PutManifestAsync(instance, Repository, Tag, Image);
            case "put-large":
                return () => registry.PutManifestAsync(instance, Repository, Tag, Large);
            case "put-digest":
                return () => registry.PutManifestAsync(instance, Repository, Contents.Digest(Image) + "?tag=a&tag=b", Image);
            case "head-and-put":
                return async () =>
                {
                    var head = await registry.SendAsync(instance, new("HEAD", $"/v2/{Repository}/blobs/{Digest}"));
                    if (head.Status == 404)
                        await registry.PushBlobAsync(instance, Repository, Blob);
                    return await registry.PutManifestAsync(instance, Repository, Tag, Image);
                };
            default:
                var target = name switch
                {
                    "delete-blob" => $"blobs/{Digest}",
                    "delete-manifest" => $"manifests/{Contents.Digest(Image)}",
                    "delete-large" => $"manifests/{Contents.Digest(Large)}",
                    _ => $"manifests/{Tag}",
                };
                return () => registry.SendAsync(instance, new("DELETE", $"/v2/{Repository}/{target}"));
        }
    }

    /// <summary>What was answered 201 is there, unless somebody deleted it at the same time.</summary>
    private static async Task CheckAnswerAsync(SteppedRegistry registry, string[] names, string name, Answer answer)
    {
        var isBlobDeleted = names.Contains("delete-blob");
        switch (name)
        {
            case "finish" or "push" or "mount":
                Assert.True(answer.Status == 201, registry.Explain($"{name} {answer}"));
                if (!isBlobDeleted)
                    await registry.CheckBlobAsync(Repository, Digest);
                break;
            case "put" or "put-large" or "put-digest" or "head-and-put":
                var digest = Contents.Digest(name == "put-large" ? Large : Image);
                var isDeleted = names.Contains(name == "put-large" ? "delete-large" : "delete-manifest");
                Assert.True(answer.Status is 201 or 404, registry.Explain($"{name} {answer}"));
                Assert.True(
                    answer.Status == 201 || name != "head-and-put" || isBlobDeleted, registry.Explain($"{name} {answer}"));
                if (answer.Status == 201 && !isDeleted && !isBlobDeleted)
                {
                    await registry.CheckWholeAsync(Repository, digest);
                    await CheckReferrerAsync(registry, digest);
                }
                break;
            default:
                Assert.True(answer.Status is 202 or 404, registry.Explain($"{name} {answer}"));
                break;
        }
        // Nobody puts back what is deleted: it is gone.
        if (name == "delete-manifest" && !names.Intersect(["put", "put-digest", "head-and-put"]).Any())
        {
            var gone = await registry.SendAsync(0, new("GET", $"/v2/{Repository}/manifests/{Contents.Digest(Image)}"));
            Assert.True(gone.Status == 404, registry.Explain($"deleted, but {gone}"));
        }
        if (name == "delete-blob" && !names.Intersect(["finish", "push", "mount", "head-and-put"]).Any())
        {
            var gone = await registry.SendAsync(0, new("GET", $"/v2/{Repository}/blobs/{Digest}"));
            Assert.True(gone.Status == 404, registry.Explain($"deleted, but {gone}"));
        }
    }

    private static async Task CheckReferrerAsync(SteppedRegistry registry, string digest)
    {
        var list = await registry.SendAsync(1, new("GET", $"/v2/{Repository}/referrers/{Contents.Digest(Subject)}"));
        Assert.True(list.Text.Split(digest).Length == 2, registry.Explain($"not listed once: {list.Text}"));
    }
}
