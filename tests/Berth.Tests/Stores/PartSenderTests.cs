using System.Buffers;
using Berth.Content;
using Berth.Storage;
using Berth.Stores;

namespace Berth.Tests.Stores;

/// <summary>How parts are cut, and what memory they take, on a store whose parts have a minimum.</summary>
public sealed class PartSenderTests
{
    private const int MiB = 1024 * 1024;

    [Theory]
    [InlineData(5, 10)] // S3
    [InlineData(8, 0)] // R2: all parts but the last of one size
    public async Task An_upload_exceeds_the_budget_by_one_part_and_no_more(int minimum, int budget)
    {
        var store = new WatchedObjects(minimum * MiB);
        using var buffers = new UploadBuffers(budget * MiB, minimum * MiB);
        await using var sender = new PartSender(
            store, buffers, UploadId.New(), new UploadSession { Repository = "r", Started = default },
            new(ResumableHash.Create(DigestAlgorithm.Sha256), 0));
        var chunk = new byte[100_000];
        for (var sent = 0L; sent < 40L * MiB; sent += chunk.Length)
        {
            Assert.True(await sender.WriteAsync(chunk));
        }

        await sender.SendRestAsync(CancellationToken.None);
        await sender.FlushAsync();

        Assert.True(store.Sizes.Count > 3);
        Assert.All(store.Sizes.SkipLast(1), size => Assert.InRange(size, minimum * MiB, 13 * MiB));
        if (minimum == 8)
        {
            Assert.All(store.Sizes.SkipLast(1), size => Assert.Equal(8 * MiB, size));
        }

        // And the small segments of each part, and the rounding of the last ones.
        Assert.InRange(store.MostInFlight, 1, (budget + minimum + 1) * MiB);
    }

    /// <summary>Takes parts slowly, four together, and notes what it held at once.</summary>
    private sealed class WatchedObjects(int minimumPartSize) : IObjectStore
    {
        private readonly MemoryObjects _store = new(minimumPartSize);
        private readonly Lock _lock = new();
        private readonly SortedDictionary<int, int> _sizes = [];
        private long _inFlight;

        public int MinimumPartSize => minimumPartSize;

        public int PartsTogether => 4;

        public int MaximumParts => 10_000;

        public long MostInFlight { get; private set; }

        public SortedDictionary<int, int>.ValueCollection Sizes => _sizes.Values;

        public async Task<string> UploadPartAsync(
            string key, string uploadId, PartPosition part, ReadOnlySequence<byte> content,
            CancellationToken cancellationToken)
        {
            lock (_lock)
            {
                _sizes.Add(part.Number, (int)content.Length);
                _inFlight += content.Length;
                MostInFlight = Math.Max(MostInFlight, _inFlight);
            }

            await Task.Delay(20, cancellationToken);
            var receipt = await _store.UploadPartAsync(key, uploadId, part, content, cancellationToken);
            lock (_lock)
            {
                _inFlight -= content.Length;
            }

            return receipt;
        }

        public Task<string> BeginUploadAsync(string key, CancellationToken cancellationToken) =>
            _store.BeginUploadAsync(key, cancellationToken);

        public Task CompleteUploadAsync(
            string key, string uploadId, IReadOnlyList<string> receipts, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task FlushUploadAsync(
            string key, string uploadId, IReadOnlyList<string> receipts, CancellationToken cancellationToken) =>
            Task.CompletedTask;

        public Task AbortUploadAsync(string key, string uploadId, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<ObjectInfo?> StatAsync(string key, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<Stream?> OpenReadAsync(
            string key, long offset, long? length, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<Uri?> CreateReadUriAsync(
            string key, ReadUriOptions options, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task PutAsync(string key, ReadOnlySequence<byte> content, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<Page<UnfinishedUpload>> ListUploadsAsync(
            UnfinishedUpload? after, int limit, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task DeleteAsync(string key, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<Page<string>> ListAsync(
            string prefix, string? after, int limit, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
