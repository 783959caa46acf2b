using System.Globalization;
using Berth.Collection;
using Berth.Guarantees.Tests.Model;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Abstractions;

namespace Berth.Guarantees.Tests.Races;

/// <summary>
/// A collection of garbage beside what clients do, in every order of their storage calls with at most a few interruptions, from
/// every age that garbage can have: nothing that was promised is lost, and in the end the garbage is gone.
/// </summary>
public sealed class CollectionInterleavingTests(ITestOutputHelper output)
{
    private const string Repository = "a/b";
    private const string Other = "other";
    private const string Tag = "latest";

    /// <summary>Passes that take unused content from live to deleted, and a few more.</summary>
    private const int Ages = 6;

    private static readonly TimeSpan Promise = TimeSpan.FromHours(24);
    private static readonly TimeSpan Day = TimeSpan.FromHours(26);
    private static readonly byte[] Blob = [1, 2, 3];
    private static readonly string Digest = Contents.Digest(Blob);
    private static readonly byte[] Image = SteppedRegistry.Image(Blob);
    private static readonly byte[] Artifact = SteppedRegistry.Image(Blob, subject: Contents.Digest(Image));
    private static readonly byte[] Large = SteppedRegistry.Image(Blob, padding: new string('x', 70_000));

    private static readonly string[] Flows =
    [
        "push", "finish", "mount", "head", "push-image", "put-again", "attach", "put-large", "delete-blob", "delete-and-put",
        "delete-and-mount",
    ];

    public static TheoryData<string> AllFlows => [.. Flows];

    [Theory]
    [MemberData(nameof(AllFlows))]
    public async Task A_collection_beside_a_client_loses_nothing(string flow)
    {
        var seed = ModelTests.Setting("BERTH_RACE_SEED", Random.Shared.Next(1_000_000_000));
        var (runs, most) = (0, ModelTests.Setting("BERTH_COLLECTION_ORDERS", 12));
        output.WriteLine($"BERTH_RACE_SEED={seed}");
        for (var age = 0; age < Ages; age++)
        {
            var current = age;
            runs += await Task.Run(() => Exploration.ExhaustAsync(
                interruptions: 2, most, seed, choose => RunAsync([flow], current, jumps: 0, choose)));
        }
        output.WriteLine($"collection beside {flow}: {runs} orders");
    }

    /// <summary>
    /// A collector has marked the blob as being deleted, and a push puts its own object in its place before the collector has
    /// deleted the old one: that one stayed for ever.
    /// </summary>
    [Fact]
    public async Task A_push_that_overtakes_a_deletion_leaves_no_object_behind()
    {
        const int Read = 4; // calls of a push up to its reading of the blob's record
        for (var age = 0; age < Ages; age++)
        {
            for (var ahead = 0; ahead < 12; ahead++)
            {
                var (current, steps, collected) = (age, 0, ahead);
                await Task.Run(() => RunAsync(["push"], current, jumps: 0, (ready, _) => steps++ is var step && ready.Count == 1
                    ? ready[0]
                    : step < Read ? 0 : step < Read + collected ? 1 : 0));
            }
        }
    }

    /// <summary>
    /// A request stands still for longer than the grace, with collections meanwhile, after each of its storage calls: what
    /// it relied on before is gone.
    /// </summary>
    [Theory]
    [MemberData(nameof(AllFlows))]
    public async Task A_client_that_stands_still_for_longer_than_the_grace_promises_nothing_false(string flow)
    {
        for (var kind = 0; kind < Ages; kind++)
        {
            var (age, collectsAtOnce) = (kind / 2 * 2, kind % 2 == 0);
            var stoodStill = true;
            for (var before = 0; stoodStill; before++)
            {
                var (steps, still) = (0, before);
                stoodStill = false;
                await Task.Run(() => RunAsync(
                    [flow], age, jumps: collectsAtOnce ? 3 : 2,
                    (ready, _) =>
                    {
                        var isStill = steps++ >= still && ready.Count > 1;
                        stoodStill |= isStill;
                        return isStill ? ready[1] : ready[0];
                    },
                    collectsAtOnce));
            }
        }
    }

    [Fact]
    public async Task Collections_and_time_beside_two_clients_lose_nothing()
    {
        var seed = ModelTests.Setting("BERTH_RACE_SEED", Random.Shared.Next(1_000_000_000));
        var runs = ModelTests.Setting("BERTH_COLLECTION_RUNS", 100);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"collections by chance: {runs} orders from seed {seed}"));
        for (var number = seed; number < seed + runs; number++)
        {
            var random = new Random(number);
            string[] flows = [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => Flows[random.Next(Flows.Length)])];
            var (age, jumps) = (random.Next(Ages), random.Next(4));
            await Task.Run(() => Exploration.SampleAsync(number, 1, choose => RunAsync(flows, age, jumps, choose)));
        }
    }

    /// <summary>Runs clients beside collections.</summary>
    /// <param name="flows">What the clients do.</param>
    /// <param name="age">How many passes, a day apart, the garbage has seen already.</param>
    /// <param name="jumps">How many more passes there are beside the clients, more than half the grace apart.</param>
    /// <param name="choose">The order.</param>
    /// <param name="collectsAtOnce">Whether there is a pass before time passes.</param>
    private static async Task RunAsync(
        string[] flows, int age, int jumps, Func<IReadOnlyList<int>, int, int> choose, bool collectsAtOnce = true)
    {
        using var registry = new SteppedRegistry();
        await registry.PushBlobAsync(0, Other, Blob);
        await registry.PushBlobAsync(0, Repository, Blob);
        for (var pass = 0; pass < age; pass++)
        {
            await CollectAsync(registry);
            registry.Time.Pass(Day);
        }
        var promises = new Promises(registry);
        for (var index = 0; index < flows.Length; index++)
        {
            var client = await PrepareAsync(promises, flows[index], index % 2);
            registry.Steps.Add($"{index} {flows[index]}", client);
        }
        registry.Steps.Add("collector", async () =>
        {
            if (collectsAtOnce)
                await CollectAsync(registry);
            for (var jump = 0; jump < jumps; jump++)
            {
                await Steps.TurnAsync("time passes");
                registry.Time.Pass(TimeSpan.FromHours(13));
                await CollectAsync(registry);
            }
        });

        await registry.Steps.RunAsync(choose);

        await promises.CheckAsync();
        for (var pass = 0; pass < 4; pass++)
        {
            registry.Time.Pass(Day);
            await CollectAsync(registry);
        }
        await promises.CheckAsync();
        await CheckNothingLeftAsync(registry, promises);
    }

    private static async Task CollectAsync(SteppedRegistry registry)
    {
        await using var collector = new Collector(
            registry.Open(), new() { CallsPerSecond = 0 }, isDry: false, registry.Time, NullLogger<Collector>.Instance);
        await collector.RunAsync(registry.Time.GetUtcNow() + TimeSpan.FromSeconds(1), TimeSpan.FromDays(300), default);
    }

    /// <summary>What a client does, and what it did before.</summary>
    private static async Task<Func<Task>> PrepareAsync(Promises client, string flow, int instance)
    {
        switch (flow)
        {
            case "push":
                return () => client.PushAsync(instance);
            case "finish":
                var path = await client.Registry.BeginUploadAsync(Repository, Blob);
                return () => client.BlobAsync(instance, new("PUT", $"{path}?digest={Digest}"), 201);
            case "mount":
                return () => client.MountAsync(instance);
            case "head":
                return () => client.HeadAsync(instance);
            case "push-image":
                return () => client.PushImageAsync(instance, Image, Tag);
            case "put-again":
                await client.PushImageAsync(0, Image, Tag);
                return async () =>
                {
                    await client.DeleteManifestAsync(instance, Image);
                    await client.PushImageAsync(instance, Image, Tag);
                };
            case "attach":
                return () => client.PushImageAsync(instance, Artifact, Contents.Digest(Artifact));
            case "put-large":
                return () => client.PushImageAsync(instance, Large, Tag);
            case "delete-blob":
                return () => client.DeleteBlobAsync(instance);
            case "delete-and-put":
                return async () =>
                {
                    await client.DeleteBlobAsync(instance);
                    await client.PushImageAsync(instance, Image, Tag);
                };
            default:
                return async () =>
                {
                    await client.DeleteBlobAsync(instance);
                    await client.MountAsync(instance);
                };
        }
    }

    /// <summary>What no manifest needs is gone, with every object.</summary>
    private static async Task CheckNothingLeftAsync(SteppedRegistry registry, Promises promises)
    {
        for (var pass = 0; pass < 4 && !promises.HasManifest; pass++)
        {
            registry.Time.Pass(Day);
            await CollectAsync(registry);
        }
        var objects = await registry.Open().Objects.ListAsync("objects/", null, 10, default);
        Assert.True(
            objects.Items.Count <= (promises.HasManifest ? 1 : 0),
            registry.Explain($"left: {string.Join(", ", objects.Items)}"));
    }

    /// <summary>What clients were told, and what therefore must be there.</summary>
    private sealed class Promises(SteppedRegistry registry)
    {
        private readonly HashSet<string> _manifests = [];
        private DateTimeOffset? _told;
        private bool _isBlobDeleted;

        public SteppedRegistry Registry => registry;

        public bool HasManifest => _manifests.Count > 0;

        /// <summary>Manifests are whole for ever, the blob for a day from when somebody was told of it.</summary>
        public async Task CheckAsync()
        {
            await registry.CheckRecordsAsync();
            if (_isBlobDeleted)
                return;
            foreach (var manifest in _manifests)
                await registry.CheckWholeAsync(Repository, manifest);
            if (_told is { } told && registry.Time.GetUtcNow() - told <= Promise)
                await registry.CheckBlobAsync(Repository, Digest);
        }

        public Task<Answer> PushAsync(int instance) => BlobAsync(
            instance, new("POST", $"/v2/{Repository}/blobs/uploads/?digest={Digest}") { Body = Blob }, 201);

        public Task<Answer> MountAsync(int instance) => BlobAsync(
            instance, new("POST", $"/v2/{Repository}/blobs/uploads/?mount={Digest}&from={Other}"), 201);

        public Task<Answer> HeadAsync(int instance) => BlobAsync(
            instance, new("HEAD", $"/v2/{Repository}/blobs/{Digest}"), 200);

        /// <summary>Asks for the blob; whoever gets the good answer may rely on it.</summary>
        public async Task<Answer> BlobAsync(int instance, Request request, int good)
        {
            var answer = await registry.SendAsync(instance, request, mayBeBusy: true);
            if (answer.Status == good)
                _told = registry.Time.GetUtcNow();
            return answer;
        }

        /// <summary>As a client pushes: asks for the blob, sends it where it is not there, then the manifest.</summary>
        public async Task PushImageAsync(int instance, byte[] manifest, string reference)
        {
            var head = await HeadAsync(instance);
            if (head.Status == 404)
                await PushAsync(instance);
            var (told, isDeleted) = (_told, _isBlobDeleted);
            var answer = await registry.PutManifestAsync(instance, Repository, reference, manifest, mayBeBusy: true);
            if (answer.Status == 201)
                _manifests.Add(Contents.Digest(manifest));
            else if (answer.Status == 404 && !isDeleted && !_isBlobDeleted && registry.Time.GetUtcNow() - told <= Promise)
                Assert.Fail(registry.Explain($"promised, but {answer}"));
        }

        public async Task DeleteManifestAsync(int instance, byte[] manifest)
        {
            _manifests.Remove(Contents.Digest(manifest));
            await registry.SendAsync(
                instance, new("DELETE", $"/v2/{Repository}/manifests/{Contents.Digest(manifest)}"), mayBeBusy: true);
        }

        public async Task DeleteBlobAsync(int instance)
        {
            _isBlobDeleted = true; // what another client was told of it may be over
            await registry.SendAsync(instance, new("DELETE", $"/v2/{Repository}/blobs/{Digest}"), mayBeBusy: true);
        }
    }
}
