using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Berth.Benchmarks.Load;
using Berth.Benchmarks.Peers;
using Berth.Benchmarks.Report;

namespace Berth.Benchmarks.Workloads;

/// <summary>
/// Both over an S3 server of the same kind, which keeps everything in memory and verifies every signature: pushes of growing
/// layers, of which the last PUT must not take longer for more bytes, and pulls, which the server is redirected to for.
/// </summary>
internal sealed class OverS3() : Workload("s3")
{
    private const string Repository = "bench/s3";

    /// <summary>What one sample of a small request is the median of.</summary>
    private const int Requests = 100;

    public override async Task RunAsync(Comparison comparison, CancellationToken cancellationToken)
    {
        var payloads = comparison.Sizes.S3Mebibytes.Select(Payload.Create).ToList();
        for (var round = 0; round < comparison.Sizes.FewRepeats; round++)
        {
            foreach (var side in comparison.OrderOf(round))
            {
                await using var s3 = await S3Process.StartAsync();
                await using var contestant = await comparison.StartAsync(side, s3.Storage, cancellationToken);
                Measure(contestant, comparison, payloads, cancellationToken);
            }
        }

        comparison.Tell(comparison.Measurements.Summarize(Commit(comparison.Sizes.S3Mebibytes[^1])));
    }

    private static Figure Push(int mebibytes) => new(
        $"s3/push/{mebibytes}", $"S3: push {Sizes.TextOf(mebibytes)}: POST, chunked PATCH, PUT", "ms");

    private static Figure Commit(int mebibytes) => new(
        $"s3/commit/{mebibytes}", $"S3: the PUT after the last byte of {Sizes.TextOf(mebibytes)}", "ms");

    private static void Measure(
        Contestant contestant, Comparison comparison, IReadOnlyList<Payload> payloads, CancellationToken cancellationToken)
    {
        using var client = contestant.Connect();
        foreach (var (payload, mebibytes) in payloads.Zip(comparison.Sizes.S3Mebibytes))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var began = Stopwatch.GetTimestamp();
            var location = client.Append(client.StartUpload(Repository), payload.Blocks);
            var received = Stopwatch.GetTimestamp();
            client.FinishUpload(location, payload.Digest);
            Add(Commit(mebibytes), Stopwatch.GetElapsedTime(received).TotalMilliseconds);
            Add(Push(mebibytes), Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        var image = SmallImage.Create(layers: 1, layerSize: 4096);
        image.PushBlobs(client, Repository);
        client.PutManifest(Repository, "bench", image.Manifest);
        Add(new("s3/manifest", "S3: GET manifest by tag, p50", "ms"), Median("GET", "manifests/bench", 200));
        Add(new("s3/redirect", "S3: GET blob, to the redirect, p50", "ms"), Median("GET", $"blobs/{image.Blobs[1].Digest}", 307));
        Add(
            new("s3/pull", $"S3: pull {Sizes.TextOf(comparison.Sizes.S3Mebibytes[^1])}, with the redirect", "ms"),
            Pull(client.Connection, payloads[^1]));

        void Add(Figure figure, double value) => comparison.Measurements.Add(figure, contestant.Side, value);

        double Median(string method, string path, int status)
        {
            var request = HttpRequest.Create(
                contestant.Server, method, $"/v2/{Repository}/{path}", $"Accept: {RegistryClient.ManifestType}");
            var times = new List<double>();
            for (var i = 0; i < Requests; i++)
            {
                var began = Stopwatch.GetTimestamp();
                RegistryClient.Require(client.Connection.Send(request), status);
                times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }

            return Samples.MedianOf(times);
        }
    }

    private static double Pull(HttpConnection registry, Payload payload)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var began = Stopwatch.GetTimestamp();
        var redirect = RegistryClient.Require(registry.Send("GET", $"/v2/{Repository}/blobs/{payload.Digest}"), 307);
        var store = new Uri(redirect.Head["Location"]!);
        using var connection = new HttpConnection(new(IPAddress.Loopback, store.Port));
        var (head, length, _) = connection.Download(
            HttpRequest.Create(connection.Server, "GET", store.PathAndQuery), piece => hash.AppendData(piece.Span));
        var took = Stopwatch.GetElapsedTime(began);
        var digest = $"sha256:{Convert.ToHexStringLower(hash.GetHashAndReset())}";
        return head.Status == 200 && length == payload.Length && digest == payload.Digest
            ? took.TotalMilliseconds
            : throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture, $"the store answered {head.Status} with {length} bytes, {digest}"));
    }
}
