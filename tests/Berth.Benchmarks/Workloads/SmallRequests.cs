using Berth.Benchmarks.Load;
using Berth.Benchmarks.Report;

namespace Berth.Benchmarks.Workloads;

/// <summary>One small request again and again, over 1, 16 and 64 connections.</summary>
/// <param name="name">Its name.</param>
/// <param name="title">What the table calls it.</param>
/// <param name="method">GET or HEAD.</param>
/// <param name="target">Path of what is asked for and the body that is the answer, told an image and where it is.</param>
internal sealed class SmallRequests(
    string name, string title, string method, Func<SmallImage, (string Target, byte[] Content)> target) : Workload(name)
{
    public const string Tag = "bench";

    private const string Repository = "bench/data";
    private const int LayerSize = 4096;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(0.5);
    private static readonly int[] Connections = [1, 16, 64];

    public static Workload[] All { get; } =
    [
        new SmallRequests("manifest-by-tag", "GET manifest by tag", "GET", image => ($"manifests/{Tag}", image.Manifest)),
        new SmallRequests("manifest-by-digest", "GET manifest by digest", "GET", image =>
            ($"manifests/{Payload.DigestOf(image.Manifest)}", image.Manifest)),
        new SmallRequests("manifest-head", "HEAD manifest by tag", "HEAD", image => ($"manifests/{Tag}", image.Manifest)),
        new SmallRequests("blob-head", "HEAD blob", "HEAD", Layer),
        new SmallRequests("blob-4k", "GET blob of 4 KiB", "GET", Layer),
    ];

    public override async Task RunAsync(Comparison comparison, CancellationToken cancellationToken)
    {
        await using var contestants = await comparison.StartAllAsync(cancellationToken);
        var image = SmallImage.Create(layers: 1, LayerSize);
        foreach (var contestant in contestants.All)
            Prepare(contestant, image);
        foreach (var connections in Connections)
        {
            var id = $"{Name}/{connections}";
            var of = $"{title}, {connections} {(connections == 1 ? "connection" : "connections")}";
            var rate = new Figure($"{id}/rate", $"{of}, per s", "", HigherIsBetter: true);
            var median = new Figure($"{id}/p50", $"{of}, p50", "ms");
            var percentile = new Figure($"{id}/p99", $"{of}, p99", "ms");
            contestants.Alternate(1, (contestant, _) => Load(contestant, WarmUp));
            contestants.Alternate(comparison.Sizes.Repeat, (contestant, _) =>
            {
                var result = Load(contestant, comparison.Sizes.Duration);
                comparison.Measurements.Add(rate, contestant.Side, result.PerSecond);
                comparison.Measurements.Add(median, contestant.Side, result.Median);
                comparison.Measurements.Add(percentile, contestant.Side, result.Percentile99);
            });
            comparison.Tell(comparison.Measurements.Summarize(rate));

            LoadResult Load(Contestant contestant, TimeSpan duration)
            {
                var (path, content) = target(image);
                using var load = new SteadyLoad(
                    contestant.Server, Request(contestant, path), connections, content);
                return load.Run(duration, cancellationToken);
            }
        }
    }

    private static (string Target, byte[] Content) Layer(SmallImage image) =>
        ($"blobs/{image.Blobs[1].Digest}", image.Blobs[1].Content);

    private HttpRequest Request(Contestant contestant, string path) => HttpRequest.Create(
        contestant.Server, method, $"/v2/{Repository}/{path}", $"Accept: {RegistryClient.ManifestType}");

    private void Prepare(Contestant contestant, SmallImage image)
    {
        using var client = contestant.Connect();
        image.PushBlobs(client, Repository);
        client.PutManifest(Repository, Tag, image.Manifest);
        client.GetManifest(Repository, Tag, image.Manifest);
        var (path, content) = target(image);
        RegistryClient.RequireDigest(client.Connection.Send(Request(contestant, path)).Head, Payload.DigestOf(content));
    }
}
