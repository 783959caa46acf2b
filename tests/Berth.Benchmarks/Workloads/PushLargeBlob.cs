using System.Diagnostics;
using Berth.Benchmarks.Load;
using Berth.Benchmarks.Report;

namespace Berth.Benchmarks.Workloads;

/// <summary>A large blob, pushed in one of the ways that clients have, beside what the machine takes for the same bytes.</summary>
/// <param name="name">Its name.</param>
/// <param name="title">The requests, for the table.</param>
/// <param name="push">Pushes the blob to a repository.</param>
internal sealed class PushLargeBlob(
    string name, Func<Sizes, string> title, Action<RegistryClient, string, Payload, Sizes> push) : Workload(name)
{
    private const string Repository = "bench/push";

    public static Workload[] All { get; } =
    [
        new PushLargeBlob("push-put", _ => "POST, PUT", (client, repository, payload, _) =>
            client.PushBlob(repository, payload.Blocks, payload.Digest)),
        new PushLargeBlob("push-patch", _ => "POST, chunked PATCH, PUT", (client, repository, payload, _) =>
            client.FinishUpload(client.Append(client.StartUpload(repository), payload.Blocks), payload.Digest)),
        new PushLargeBlob("push-chunks", sizes =>
            $"POST, {sizes.BlobMebibytes / sizes.ChunkMebibytes} PATCHes of {sizes.ChunkMebibytes} MiB, PUT", PushChunks),
    ];

    public override async Task RunAsync(Comparison comparison, CancellationToken cancellationToken)
    {
        var sizes = comparison.Sizes;
        var time = new Figure($"{Name}/time", $"push {sizes.Blob}: {title(sizes)}", "ms");
        var sequential = new Figure(
            $"{Name}/sequential", $"the machine: SHA-256, then an fsynced write, of {sizes.Blob}", "ms");
        var payload = Payload.Create(sizes.BlobMebibytes);
        using var folder = comparison.CreateFolder();
        await using var contestants = await comparison.StartAllAsync(cancellationToken);
        for (var round = 0; round < sizes.Repeat; round++)
        {
            payload.Renew();
            foreach (var side in comparison.OrderOf(round))
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var client = contestants.All.Single(one => one.Side == side).Connect();
                Disk.Flush();
                var began = Stopwatch.GetTimestamp();
                push(client, Repository, payload, sizes);
                comparison.Measurements.Add(time, side, Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                if (round == sizes.Repeat - 1)
                    PullLargeBlob.VerifyBlob(client.Connection, Repository, payload);
            }

            Add(time, overlapped: true);
            Add(sequential, overlapped: false);
        }

        comparison.Tell(comparison.Measurements.Summarize(time));

        void Add(Figure figure, bool overlapped)
        {
            Disk.Flush();
            comparison.Measurements.Add(
                figure, Side.Machine, Disk.HashAndWrite(payload, folder.At("reference"), overlapped).TotalMilliseconds);
        }
    }

    private static void PushChunks(RegistryClient client, string repository, Payload payload, Sizes sizes)
    {
        var location = client.StartUpload(repository);
        var offset = 0L;
        foreach (var chunk in payload.PiecesOf(sizes.ChunkMebibytes << 20))
        {
            location = client.AppendChunk(location, chunk, offset);
            offset += chunk.Length;
        }

        client.FinishUpload(location, payload.Digest);
    }
}
