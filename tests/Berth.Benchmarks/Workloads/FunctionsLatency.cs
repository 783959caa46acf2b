using Berth.Benchmarks.Load;
using Berth.Benchmarks.Peers;
using Berth.Benchmarks.Report;
using Berth.TestTools;

namespace Berth.Benchmarks.Workloads;

/// <summary>What the Functions app adds to a request, over Berth.Server on the same container and table of one Azurite.</summary>
internal sealed class FunctionsLatency() : Workload("functions")
{
    private const string Repository = "bench/functions";

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    public override async Task RunAsync(Comparison comparison, CancellationToken cancellationToken)
    {
        await using var azurite = await Azurite.StartAsync();
        if (azurite.Reason is { } missing)
        {
            comparison.Tell($"skipped: {missing}");
            return;
        }

        var program = await FunctionsProgram.PublishAsync();
        if (program.Reason is { } reason)
        {
            comparison.Tell($"skipped: {reason}");
            return;
        }

        var storage = new RegistryStorage.Azure(azurite.ConnectionString, "bench");
        await using var server = await comparison.StartAsync(Side.Berth, storage, cancellationToken);
        using var folder = comparison.CreateFolder();
        await using var app = await program.StartAsync(storage, folder.Path, cancellationToken);
        var image = SmallImage.Create(layers: 1, layerSize: 4096);
        using (var client = server.Connect())
        {
            image.PushBlobs(client, Repository);
            client.PutManifest(Repository, "bench", image.Manifest);
        }

        byte[] version;
        using (var connection = new HttpConnection(server.Server))
            version = connection.Send("GET", "/v2/").Body;
        Compare(
            "functions", "Functions app over Azurite: GET manifest by tag", $"/v2/{Repository}/manifests/bench", image.Manifest);
        Compare("functions-ping", "Functions app: GET /v2/, which asks no store", "/v2/", version);

        void Compare(string id, string title, string target, byte[] expected)
        {
            var added = new Figure($"{id}/added", $"{title}: added to Berth.Server's p50", "ms");
            var without = new Figure($"{id}/server", $"{title}: p50 of Berth.Server", "ms");
            Median(server.Registry, WarmUp);
            Median(app, WarmUp);
            for (var round = 0; round < comparison.Sizes.Repeat; round++)
            {
                RunningRegistry[] order = round % 2 == 0 ? [server.Registry, app] : [app, server.Registry];
                var medians = order.ToDictionary(registry => registry, registry => Median(registry, comparison.Sizes.Duration));
                comparison.Measurements.Add(without, Side.Berth, medians[server.Registry]);
                comparison.Measurements.Add(added, Side.Berth, medians[app] - medians[server.Registry]);
            }

            comparison.Tell(comparison.Measurements.Summarize(added));

            double Median(RunningRegistry registry, TimeSpan duration)
            {
                var request = HttpRequest.Create(
                    registry.Server, "GET", target, $"Accept: {RegistryClient.ManifestType}");
                using var load = new SteadyLoad(registry.Server, request, connections: 1, expected);
                return load.Run(duration, cancellationToken).Median;
            }
        }
    }
}
