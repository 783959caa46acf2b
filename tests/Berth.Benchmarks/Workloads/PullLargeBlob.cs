using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Berth.Benchmarks.Load;
using Berth.Benchmarks.Report;

namespace Berth.Benchmarks.Workloads;

/// <summary>A large blob: pulled whole, and a piece of it.</summary>
internal sealed class PullLargeBlob() : Workload("pull")
{
    private const string Repository = "bench/pull";
    private const int RangeLength = 1 << 20;

    public override async Task RunAsync(Comparison comparison, CancellationToken cancellationToken)
    {
        var blob = comparison.Sizes.Blob;
        var time = new Figure("pull/time", $"pull {blob}", "ms");
        var processor = new Figure("pull/processor", $"pull {blob}, processor time of the server", "s");
        var first = new Figure("pull/first-byte", $"pull {blob}, first byte", "ms");
        var range = new Figure("pull/range", $"a range of 1 MiB of {blob}", "ms");
        var payload = Payload.Create(comparison.Sizes.BlobMebibytes);
        await using var contestants = await comparison.StartAllAsync(cancellationToken);
        foreach (var contestant in contestants.All)
        {
            using var client = contestant.Connect();
            client.PushBlob(Repository, payload.Blocks, payload.Digest);
            VerifyBlob(client.Connection, Repository, payload);
        }

        Disk.Flush();
        contestants.Alternate(comparison.Sizes.Repeat, (contestant, _) =>
        {
            using var client = contestant.Connect();
            var request = HttpRequest.Create(contestant.Server, "GET", PathOf(Repository, payload.Digest));
            var used = contestant.Registry.Figures.ProcessorSeconds;
            var began = Stopwatch.GetTimestamp();
            var (head, length, firstByte) = client.Connection.Download(request, _ => { });
            Add(time, Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            Add(processor, contestant.Registry.Figures.ProcessorSeconds - used);
            Add(first, firstByte.TotalMilliseconds);
            Require(head, 200, length == payload.Length);
            Add(range, TimeRange(client.Connection, payload));

            void Add(Figure figure, double value) => comparison.Measurements.Add(figure, contestant.Side, value);
        });
        comparison.Tell(comparison.Measurements.Summarize(time));
        comparison.Tell(comparison.Measurements.Summarize(processor));
    }

    /// <summary>Pulls a blob and compares what it holds, at no cost that is measured.</summary>
    public static void VerifyBlob(HttpConnection connection, string repository, Payload payload)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (head, length, _) = connection.Download(
            HttpRequest.Create(connection.Server, "GET", PathOf(repository, payload.Digest)),
            piece => hash.AppendData(piece.Span));
        var digest = $"sha256:{Convert.ToHexStringLower(hash.GetHashAndReset())}";
        Require(head, 200, length == payload.Length && digest == payload.Digest);
    }

    private static double TimeRange(HttpConnection connection, Payload payload)
    {
        var middle = payload.Length / 2;
        var request = HttpRequest.Create(
            connection.Server, "GET", PathOf(Repository, payload.Digest), $"Range: bytes={middle}-{middle + RangeLength - 1}");
        var began = Stopwatch.GetTimestamp();
        var (head, length, _) = connection.Download(request, _ => { });
        var took = Stopwatch.GetElapsedTime(began);
        Require(head, 206, length == RangeLength);
        return took.TotalMilliseconds;
    }

    private static string PathOf(string repository, string digest) =>
        string.Create(CultureInfo.InvariantCulture, $"/v2/{repository}/blobs/{digest}");

    private static void Require(HttpHead head, int status, bool isContentRight)
    {
        if (head.Status != status || !isContentRight)
            throw new InvalidDataException($"a blob was answered {head.Status} with another length or content");
    }
}
