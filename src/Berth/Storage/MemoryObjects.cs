using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;

namespace Berth.Storage;

/// <summary>Objects in this process's memory, for tests and trials: gone when the process ends.</summary>
/// <param name="minimumPartSize">The least size of every part but the last, in bytes; 5,242,880 imitates S3.</param>
/// <param name="maximumParts">The most parts of an upload.</param>
public sealed class MemoryObjects(int minimumPartSize = 1, int maximumParts = 10_000) : IObjectStore, IVersionedObjects
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, byte[]> _objects = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Upload> _uploads = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public int MinimumPartSize => minimumPartSize;

    /// <summary>2, so that what is sent together is tested.</summary>
    public int PartsTogether => 2;

    /// <inheritdoc/>
    public int MaximumParts => maximumParts;

    /// <inheritdoc/>
    public Task<ObjectInfo?> StatAsync(string key, CancellationToken cancellationToken) =>
        Task.FromResult<ObjectInfo?>(Find(key, cancellationToken) is { } bytes ? new(bytes.Length) : null);

    /// <inheritdoc/>
    public Task<Stream?> OpenReadAsync(string key, long offset, long? length, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length ?? 0, nameof(length));
        if (Find(key, cancellationToken) is not { } bytes)
        {
            return Task.FromResult<Stream?>(null);
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, bytes.Length);
        var count = (int)Math.Min(length ?? long.MaxValue, bytes.Length - offset);
        return Task.FromResult<Stream?>(new MemoryStream(bytes, (int)offset, count, writable: false));
    }

    /// <inheritdoc/>
    public Task<ObjectContent?> ReadAsync(string key, CancellationToken cancellationToken) =>
        Task.FromResult(Find(key, cancellationToken) is { } bytes ? new ObjectContent(bytes, VersionOf(bytes)) : null);

    /// <inheritdoc/>
    public Task<Uri?> CreateReadUriAsync(string key, ReadUriOptions options, CancellationToken cancellationToken)
    {
        StorageKey.Require(key);
        return Task.FromResult<Uri?>(null);
    }

    /// <inheritdoc/>
    public Task PutAsync(string key, ReadOnlySequence<byte> content, CancellationToken cancellationToken) =>
        PutAsync(key, content.ToArray(), PutCondition.None, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> PutAsync(
        string key, ReadOnlyMemory<byte> content, PutCondition condition, CancellationToken cancellationToken)
    {
        StorageKey.Require(key);
        cancellationToken.ThrowIfCancellationRequested();
        var bytes = content.ToArray();
        lock (_lock)
        {
            var existing = _objects.GetValueOrDefault(key);
            if ((condition.MustBeAbsent && existing is not null)
                || (condition.Version is { } version && (existing is null || VersionOf(existing) != version)))
            {
                return Task.FromResult(false);
            }

            _objects[key] = bytes;
            return Task.FromResult(true);
        }
    }

    /// <inheritdoc/>
    public Task<string> BeginUploadAsync(string key, CancellationToken cancellationToken)
    {
        StorageKey.Require(key);
        cancellationToken.ThrowIfCancellationRequested();
        var id = Guid.NewGuid().ToString("N");
        lock (_lock)
        {
            _uploads.Add(id, new(key));
        }

        return Task.FromResult(id);
    }

    /// <inheritdoc/>
    public Task<string> UploadPartAsync(
        string key, string uploadId, PartPosition part, ReadOnlySequence<byte> content,
        CancellationToken cancellationToken)
    {
        StorageKey.Require(key);
        part.Require(maximumParts);
        ArgumentOutOfRangeException.ThrowIfZero(content.Length, nameof(content));
        cancellationToken.ThrowIfCancellationRequested();
        var bytes = content.ToArray();
        var receipt = string.Create(CultureInfo.InvariantCulture, $"{part.Number}:{part.Attempt}");
        lock (_lock)
        {
            if (FindUpload(key, uploadId) is not { IsComplete: false } upload)
            {
                throw new StorageException("There is no such upload.");
            }

            upload.Parts[receipt] = new(part.Number, part.Offset, bytes);
        }

        return Task.FromResult(receipt);
    }

    /// <summary>Nothing here outlives the process.</summary>
    /// <inheritdoc/>
    public Task FlushUploadAsync(
        string key, string uploadId, IReadOnlyList<string> receipts, CancellationToken cancellationToken)
    {
        StorageKey.Require(key);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            return FindUpload(key, uploadId) is { IsComplete: false }
                ? Task.CompletedTask
                : throw new StorageException("There is no such upload.");
        }
    }

    /// <inheritdoc/>
    public Task CompleteUploadAsync(
        string key, string uploadId, IReadOnlyList<string> receipts, CancellationToken cancellationToken)
    {
        StorageKey.Require(key);
        ArgumentNullException.ThrowIfNull(receipts);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            var upload = FindUpload(key, uploadId) ?? throw new StorageException("There is no such upload.");
            if (!upload.IsComplete)
            {
                _objects[key] = Assemble(upload, receipts);
                upload.IsComplete = true;
                upload.Parts.Clear();
            }
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task AbortUploadAsync(string key, string uploadId, CancellationToken cancellationToken)
    {
        StorageKey.Require(key);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            if (FindUpload(key, uploadId) is { IsComplete: false })
            {
                _uploads.Remove(uploadId);
            }
        }

        return Task.CompletedTask;
    }

    /// <summary>In the order of their ids.</summary>
    /// <inheritdoc/>
    public Task<Page<UnfinishedUpload>> ListUploadsAsync(
        UnfinishedUpload? after, int limit, CancellationToken cancellationToken)
    {
        StorageKey.RequireUploads(after, limit);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            var uploads = _uploads
                .Where(upload => !upload.Value.IsComplete)
                .Where(upload => after is null || string.CompareOrdinal(upload.Key, after.Value.UploadId) > 0)
                .OrderBy(upload => upload.Key, StringComparer.Ordinal)
                .Take(limit + 1)
                .Select(upload => new UnfinishedUpload(upload.Value.Key, upload.Key))
                .ToList();
            return Task.FromResult(new Page<UnfinishedUpload>([.. uploads.Take(limit)], uploads.Count > limit));
        }
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string key, CancellationToken cancellationToken) =>
        DeleteAsync(key, version: null, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(string key, string? version, CancellationToken cancellationToken)
    {
        StorageKey.Require(key);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            if (version is not null &&
                (_objects.GetValueOrDefault(key) is not { } bytes || VersionOf(bytes) != version))
            {
                return Task.FromResult(false);
            }

            _objects.Remove(key);
            return Task.FromResult(true);
        }
    }

    /// <inheritdoc/>
    public Task<Page<string>> ListAsync(string prefix, string? after, int limit, CancellationToken cancellationToken)
    {
        StorageKey.RequireListing(prefix, after, limit);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            var keys = _objects.Keys
                .Where(key => key.StartsWith(prefix, StringComparison.Ordinal))
                .Where(key => after is null || string.CompareOrdinal(key, after) > 0)
                .Take(limit + 1)
                .ToList();
            return Task.FromResult(new Page<string>([.. keys.Take(limit)], keys.Count > limit));
        }
    }

    /// <summary>
    /// A hash of the bytes, as S3's ETag: whoever needs versions that never return must not count on these.
    /// </summary>
    private static string VersionOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 16));

    private byte[] Assemble(Upload upload, IReadOnlyList<string> receipts)
    {
        var bytes = new MemoryStream();
        for (var index = 0; index < receipts.Count; index++)
        {
            if (!upload.Parts.TryGetValue(receipts[index], out var part)
                || part.Number != index + 1
                || part.Offset != bytes.Length)
            {
                throw new ArgumentException("The receipts are not those of all parts in order.", nameof(receipts));
            }

            if (part.Bytes.Length < minimumPartSize && index < receipts.Count - 1)
            {
                throw new StorageException("A part but the last is smaller than the minimum.");
            }

            bytes.Write(part.Bytes);
        }

        return bytes.ToArray();
    }

    private byte[]? Find(string key, CancellationToken cancellationToken)
    {
        StorageKey.Require(key);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            return _objects.GetValueOrDefault(key);
        }
    }

    private Upload? FindUpload(string key, string uploadId) =>
        _uploads.GetValueOrDefault(uploadId) is { } upload && upload.Key == key ? upload : null;

    private sealed class Upload(string key)
    {
        public string Key { get; } = key;

        public Dictionary<string, Part> Parts { get; } = new(StringComparer.Ordinal);

        /// <summary>Kept when complete, so that completing again succeeds.</summary>
        public bool IsComplete { get; set; }
    }

    private sealed record Part(int Number, long Offset, byte[] Bytes);
}
