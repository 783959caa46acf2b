using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Aliyun.OSS;
using Aliyun.OSS.Common;

namespace Berth.Storage.Oss;

/// <summary>Objects in a bucket of OSS.</summary>
/// <remarks>
/// An upload is one of OSS's multipart uploads, completed with the ETags that were recorded when its parts were sent. An
/// upload that was completed already is unknown to OSS, as is one that was aborted: which of both it was, the object
/// tells, as nothing else is written to an upload's key. Of two attempts at a part OSS keeps the last, and refuses to
/// complete with the other's ETag.
/// </remarks>
public sealed class OssObjects : IObjectStore
{
    private const string ContentType = "application/octet-stream";

    private static readonly TimeSpan LongestLifetime = TimeSpan.FromMinutes(20);

    private readonly OssBucket _bucket;
    private readonly ObjectReads _reads;

    internal OssObjects(OssBucket bucket) => (_bucket, _reads) = (bucket, new(bucket));

    /// <inheritdoc/>
    public int MinimumPartSize => 100 * 1024;

    /// <inheritdoc/>
    public int PartsTogether => 4;

    /// <inheritdoc/>
    public int MaximumParts => 10_000;

    /// <inheritdoc/>
    public async Task<ObjectInfo?> StatAsync(string key, CancellationToken cancellationToken) =>
        await _reads.SizeAsync(NameOf(key), cancellationToken) is { } size ? new ObjectInfo(size) : null;

    /// <inheritdoc/>
    public Task<Stream?> OpenReadAsync(string key, long offset, long? length, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length ?? 0, nameof(length));
        return _reads.OpenAsync(NameOf(key), offset, length, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<Uri?> CreateReadUriAsync(string key, ReadUriOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Lifetime, LongestLifetime, nameof(options));
        cancellationToken.ThrowIfCancellationRequested();
        var request = new GeneratePresignedUriRequest(_bucket.Name, NameOf(key), SignHttpMethod.Get)
        {
            Expiration = (_bucket.Time.GetUtcNow() + options.Lifetime).UtcDateTime,
        };
        request.ResponseHeaders.ContentType = options.ContentType;
        request.ResponseHeaders.ContentDisposition = $"attachment; filename=\"{options.FileName}\"";
        return Task.FromResult<Uri?>(_bucket.Signer.GeneratePresignedUri(request));
    }

    /// <inheritdoc/>
    public Task PutAsync(string key, ReadOnlySequence<byte> content, CancellationToken cancellationToken)
    {
        var name = NameOf(key);
        return _bucket.SendAsync(
            "write an object",
            content,
            (client, body) => client.PutObject(_bucket.Name, name, body, new() { ContentType = ContentType }),
            isExpected: null,
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<string> BeginUploadAsync(string key, CancellationToken cancellationToken)
    {
        var name = NameOf(key);
        var begun = await _bucket.CallAsync(
            "begin an upload",
            client => client.InitiateMultipartUpload(new(_bucket.Name, name)),
            isExpected: null,
            cancellationToken);
        return string.IsNullOrEmpty(begun.UploadId) ? throw new StorageException("OSS began an upload without an id.") : begun.UploadId;
    }

    /// <inheritdoc/>
    public async Task<string> UploadPartAsync(
        string key, string uploadId, PartPosition part, ReadOnlySequence<byte> content,
        CancellationToken cancellationToken)
    {
        part.Require(MaximumParts);
        ArgumentOutOfRangeException.ThrowIfZero(content.Length, nameof(content));
        var name = NameOf(key);
        var sent = await _bucket.SendAsync(
            "write a part",
            content,
            (client, body) => client.UploadPart(new(_bucket.Name, name, uploadId)
            {
                PartNumber = part.Number,
                PartSize = content.Length,
                InputStream = body,
            }),
            isExpected: null,
            cancellationToken);
        return new PartReceipt(part.Number, sent.ETag ?? "", sent.Crc64 ?? "", content.Length).ToText();
    }

    /// <summary>OSS has made every part durable when it answers.</summary>
    /// <inheritdoc/>
    public Task FlushUploadAsync(
        string key, string uploadId, IReadOnlyList<string> receipts, CancellationToken cancellationToken)
    {
        StorageKey.Require(key);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task CompleteUploadAsync(
        string key, string uploadId, IReadOnlyList<string> receipts, CancellationToken cancellationToken)
    {
        var (name, parts) = (NameOf(key), PartReceipt.Parse(receipts));
        if (parts.Count == 0) // which OSS refuses
        {
            await PutAsync(key, ReadOnlySequence<byte>.Empty, cancellationToken);
            await AbortUploadAsync(key, uploadId, cancellationToken);
            return;
        }

        var request = new CompleteMultipartUploadRequest(_bucket.Name, name, uploadId);
        foreach (var part in parts)
            request.PartETags.Add(new(part.Number, part.ETag, part.Crc64, part.Length));
        try
        {
            await _bucket.CallAsync(
                "complete an upload", client => client.CompleteMultipartUpload(request), IsUnknown, cancellationToken);
        }
        catch (ServiceException e) when (IsUnknown(e.ErrorCode))
        {
            if (await _reads.SizeAsync(name, cancellationToken) != parts.Sum(part => part.Length))
                throw OssFaults.Translate("complete an upload", e);
        }
    }

    /// <inheritdoc/>
    public async Task AbortUploadAsync(string key, string uploadId, CancellationToken cancellationToken)
    {
        var request = new AbortMultipartUploadRequest(_bucket.Name, NameOf(key), uploadId);
        try
        {
            await _bucket.CallAsync(
                "abort an upload",
                client =>
                {
                    client.AbortMultipartUpload(request);
                    return true;
                },
                IsUnknown,
                cancellationToken);
        }
        catch (ServiceException e) when (IsUnknown(e.ErrorCode))
        {
            return; // complete, or aborted before
        }
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        var name = NameOf(key);
        return _bucket.CallAsync(
            "delete an object", client => client.DeleteObject(_bucket.Name, name), isExpected: null, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<Page<string>> ListAsync(
        string prefix, string? after, int limit, CancellationToken cancellationToken)
    {
        StorageKey.RequireListing(prefix, after, limit);
        cancellationToken.ThrowIfCancellationRequested();
        if (after is not null && !after.StartsWith(prefix, StringComparison.Ordinal))
        {
            if (string.CompareOrdinal(after, prefix) > 0)
                return new([], More: false);
            after = null;
        }

        var marker = after is null ? null : OssNames.Encode(_bucket.Folder, after);
        while (true)
        {
            var request = new ListObjectsRequest(_bucket.Name)
            {
                Prefix = OssNames.Encode(_bucket.Folder, prefix),
                Marker = marker,
                MaxKeys = limit,
            };
            var page = await _bucket.CallAsync("list objects", client => client.ListObjects(request), null, cancellationToken);
            List<string> names = [.. page.ObjectSummaries.Select(entry => entry.Key)];
            List<string> keys = [.. names.Select(name => OssNames.Decode(_bucket.Folder, name)).OfType<string>()];
            if (keys.Count > 0 || !page.IsTruncated || names.Count == 0)
                return new(keys, page.IsTruncated);
            marker = names[^1]; // all of them somebody else's
        }
    }

    /// <summary>In the order of their keys.</summary>
    /// <inheritdoc/>
    public Task<Page<UnfinishedUpload>> ListUploadsAsync(
        UnfinishedUpload? after, int limit, CancellationToken cancellationToken)
    {
        StorageKey.RequireUploads(after, limit);
        return UploadPages.ReadAsync(
            after, limit, key => OssNames.Encode(_bucket.Folder, key), name => OssNames.Decode(_bucket.Folder, name),
            async (mark, most) =>
            {
                var request = new ListMultipartUploadsRequest(_bucket.Name)
                {
                    Prefix = _bucket.Folder,
                    KeyMarker = mark.Name,
                    UploadIdMarker = mark.UploadId,
                    MaxUploads = most,
                };
                var page = await _bucket.CallAsync(
                    "list uploads", client => client.ListMultipartUploads(request), isExpected: null, cancellationToken);
                return new(
                    [.. page.MultipartUploads.Select(upload => new UploadName(upload.Key, upload.UploadId))],
                    page.IsTruncated,
                    new(page.NextKeyMarker, page.NextUploadIdMarker));
            });
    }

    private static bool IsUnknown([NotNullWhen(true)] string? code) => code == OssErrorCode.NoSuchUpload;

    private string NameOf(string key)
    {
        StorageKey.Require(key);
        return OssNames.Encode(_bucket.Folder, key);
    }
}
