using System.Buffers;
using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace Berth.Storage.S3;

/// <summary>Objects as objects of one bucket, uploads as its multipart uploads.</summary>
/// <remarks>
/// <para>A part that is stored twice under one number replaces the first; its receipt, which is the part's ETag, then fits
/// no longer, and S3 refuses to complete with it. Where both attempts sent the same bytes the ETags are usually the same,
/// and nothing was disturbed. (Numbers of their own would leave gaps, and S3 does not complete those where parts carry
/// checksums.) Attempts meet only where a client repeats a request of a begun upload while the first is still
/// running.</para>
/// <para>An upload of no parts that is completed after it was aborted makes an empty object: nothing remembers it.</para>
/// <para>What a crash leaves behind are parts of uploads that nobody knows: a lifecycle rule of the bucket removes
/// them.</para>
/// </remarks>
public sealed class S3Objects : IObjectStore
{
    /// <summary>What is in flight together at the most, in bytes.</summary>
    private const int MostInFlight = 32 * 1024 * 1024;

    private readonly S3Bucket _bucket;
    private readonly S3Listing _listing;

    internal S3Objects(S3Bucket bucket)
    {
        _bucket = bucket;
        _listing = new(bucket);
    }

    /// <summary>S3's, or the one size that all parts are to have.</summary>
    public int MinimumPartSize => _bucket.Options.PartSize ?? 5 * 1024 * 1024;

    /// <inheritdoc/>
    public int PartsTogether =>
        Math.Clamp(MostInFlight / (_bucket.Options.PartSize ?? S3StorageOptions.SmallestPartSize), 1, 4);

    /// <inheritdoc/>
    public int MaximumParts => 10_000;

    /// <inheritdoc/>
    public async Task<ObjectInfo?> StatAsync(string key, CancellationToken cancellationToken)
    {
        var name = NameOf(key);
        var size = await RunAsync("look at an object", async token =>
        {
            try
            {
                return (await _bucket.Client.GetObjectMetadataAsync(_bucket.Options.Bucket, name, token)).ContentLength;
            }
            catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound)
            {
                // An answer to HEAD does not tell a missing object from a missing bucket; one to GET does.
                return await SizeAsync(name, token);
            }
        }, cancellationToken);
        return size is { } bytes ? new(bytes) : null;
    }

    /// <inheritdoc/>
    public async Task<Stream?> OpenReadAsync(
        string key, long offset, long? length, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length ?? 0, nameof(length));
        if (length == 0) // is no range in HTTP
            return await StatAsync(key, cancellationToken) is null ? null : Stream.Null;
        return await S3Reader.OpenAsync(_bucket, NameOf(key), offset, length, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<Uri?> CreateReadUriAsync(
        string key, ReadUriOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Lifetime, TimeSpan.FromMinutes(20), nameof(options));
        var name = NameOf(key);
        return await RunAsync(
            "get credentials to sign with", token => _bucket.SignAsync(name, options).WaitAsync(token), cancellationToken);
    }

    /// <inheritdoc/>
    public Task PutAsync(string key, ReadOnlySequence<byte> content, CancellationToken cancellationToken)
    {
        var name = NameOf(key);
        return _bucket.Tries.RunAsync("write an object", S3Tries.PatienceFor(content.Length), async token =>
        {
            await using var body = new SequenceStream(content);
            var request = _bucket.Put(name, body);
            request.StorageClass = _bucket.Options.StorageClass;
            return await _bucket.Client.PutObjectAsync(request, token);
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<string> BeginUploadAsync(string key, CancellationToken cancellationToken)
    {
        var name = NameOf(key);
        return RunAsync("begin an upload", async token =>
        {
            var id = (await _bucket.Client.InitiateMultipartUploadAsync(_bucket.Begin(name), token)).UploadId;
            return id is { Length: > 0 and <= 1024 }
                ? id
                : throw new StorageException("S3 gave an upload an id that cannot be kept");
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<string> UploadPartAsync(
        string key, string uploadId, PartPosition part, ReadOnlySequence<byte> content,
        CancellationToken cancellationToken)
    {
        part.Require(MaximumParts);
        ArgumentOutOfRangeException.ThrowIfZero(content.Length, nameof(content));
        var name = NameOf(key);
        return _bucket.Tries.RunAsync("write a part", S3Tries.PatienceFor(content.Length), async token =>
        {
            await using var body = new SequenceStream(content);
            var answer = await _bucket.Client.UploadPartAsync(_bucket.Part(name, uploadId, part.Number, body), token);
            return PartReceipt.Write(part.Number, answer.ETag);
        }, cancellationToken);
    }

    /// <summary>S3 has made every part durable when it answers.</summary>
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
        var name = NameOf(key);
        var parts = PartReceipt.Read(receipts);
        if (parts.Count == 0)
        {
            // S3 makes no object of no parts.
            await PutAsync(key, ReadOnlySequence<byte>.Empty, cancellationToken);
            await AbortUploadAsync(key, uploadId, cancellationToken);
            return;
        }

        await _bucket.Tries.RunAsync("complete an upload", S3Tries.LongPatience, async token =>
        {
            try
            {
                await _bucket.Client.CompleteMultipartUploadAsync(
                    new() { BucketName = _bucket.Options.Bucket, Key = name, UploadId = uploadId, PartETags = parts }, token);
            }
            catch (AmazonS3Exception e) when (e.ErrorCode == "NoSuchUpload")
            {
                // Completed before, or by a try whose answer was lost: keys are never used again.
                if (await SizeAsync(name, token) is null)
                    throw;
            }

            return true;
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public Task AbortUploadAsync(string key, string uploadId, CancellationToken cancellationToken)
    {
        var name = NameOf(key);
        return RunAsync("abort an upload", async token =>
        {
            try
            {
                await _bucket.Client.AbortMultipartUploadAsync(_bucket.Options.Bucket, name, uploadId, token);
            }
            catch (AmazonS3Exception e) when (S3Faults.IsAbsent(e))
            {
            }

            return true;
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        var name = NameOf(key);
        return RunAsync("delete an object", async token =>
        {
            try
            {
                await _bucket.Client.DeleteObjectAsync(_bucket.Options.Bucket, name, token);
            }
            catch (AmazonS3Exception e) when (S3Faults.IsAbsent(e)) // S3 itself calls it deleted
            {
            }

            return true;
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<Page<string>> ListAsync(string prefix, string? after, int limit, CancellationToken cancellationToken)
    {
        StorageKey.RequireListing(prefix, after, limit);
        return _listing.ListAsync(prefix, after, limit, withEmpty: true, cancellationToken);
    }

    /// <summary>In the order of their keys.</summary>
    /// <inheritdoc/>
    public Task<Page<UnfinishedUpload>> ListUploadsAsync(
        UnfinishedUpload? after, int limit, CancellationToken cancellationToken)
    {
        StorageKey.RequireUploads(after, limit);
        return UploadPages.ReadAsync(
            after, limit, _bucket.Names.Encode, _bucket.Names.Decode,
            (mark, most) => _listing.ListUploadsAsync(mark, most, cancellationToken));
    }

    /// <summary>The size of an object, by reading no more than its first byte.</summary>
    private async Task<long?> SizeAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            var request = new GetObjectRequest
            {
                BucketName = _bucket.Options.Bucket,
                Key = name,
                ByteRange = new(0, 0),
            };
            using var answer = await _bucket.Client.GetObjectAsync(request, cancellationToken);
            return S3Reader.WholeSizeOf(answer);
        }
        catch (AmazonS3Exception e) when (S3Faults.IsBeyondEnd(e))
        {
            return 0;
        }
        catch (AmazonS3Exception e) when (S3Faults.IsAbsent(e))
        {
            return null;
        }
    }

    private string NameOf(string key)
    {
        StorageKey.Require(key);
        return _bucket.Names.Encode(key);
    }

    private Task<T> RunAsync<T>(
        string what, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken) =>
        _bucket.Tries.RunAsync(what, S3Tries.Patience, call, cancellationToken);
}
