using System.Buffers;
using Amazon.S3;
using Amazon.S3.Model;

namespace Berth.Storage.S3;

/// <summary>The single calls that versioned objects are made of.</summary>
internal sealed class S3SmallObjects(S3Bucket bucket)
{
    /// <summary>In bytes; what <see cref="IVersionedObjects"/> allows.</summary>
    private const int MaximumSize = 1024 * 1024;

    private readonly S3Listing _listing = new(bucket);

    public S3Tries Tries => bucket.Tries;

    /// <summary>How this server wants versions to be written.</summary>
    public VersionForm Form { get; } = new();

    /// <summary>The object's name in the bucket.</summary>
    /// <exception cref="ArgumentException">The key is malformed.</exception>
    public string NameOf(string key)
    {
        StorageKey.Require(key);
        return bucket.Names.Encode(key);
    }

    /// <exception cref="ArgumentException">It is empty, or larger than a small object may be.</exception>
    public static void Require(ReadOnlyMemory<byte> content)
    {
        if (content.Length is 0 or > MaximumSize)
            throw new ArgumentException($"A small object has 1 to {MaximumSize} bytes.", nameof(content));
    }

    /// <summary>Reads whatever is there, an empty object included.</summary>
    public Task<ObjectContent?> ReadAsync(string name, CancellationToken cancellationToken) =>
        bucket.Tries.RunAsync(
            "read a record", S3Tries.Patience, token => ReadOnceAsync(name, token), cancellationToken);

    /// <summary>The same in one try, to find out how a write ended.</summary>
    public async Task<ObjectContent?> ReadOnceAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await bucket.Client.GetObjectAsync(bucket.Options.Bucket, name, cancellationToken);
            if (answer.ContentLength > MaximumSize)
                throw new StorageException("An object below records/ is too large for a record.");
            var bytes = new byte[answer.ContentLength];
            await answer.ResponseStream.ReadExactlyAsync(bytes, cancellationToken);
            return new(bytes, answer.ETag);
        }
        catch (AmazonS3Exception e) when (S3Faults.IsAbsent(e))
        {
            return null;
        }
    }

    /// <summary>Writes whatever is there, once.</summary>
    /// <param name="name">The object's name in the bucket.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="condition">When.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task PutOnceAsync(
        string name, ReadOnlyMemory<byte> content, PutCondition condition, CancellationToken cancellationToken)
    {
        await using var body = new SequenceStream(new ReadOnlySequence<byte>(content));
        var request = bucket.Put(name, body);
        request.IfNoneMatch = condition.MustBeAbsent ? "*" : null;
        request.IfMatch = Form.Write(condition.Version);
        await bucket.Client.PutObjectAsync(request, cancellationToken);
        Form.Confirm(request.IfMatch);
    }

    /// <summary>Deletes, once; what is absent is deleted, unless a version is given.</summary>
    public async Task DeleteOnceAsync(string name, string? version, CancellationToken cancellationToken)
    {
        try
        {
            var request = new DeleteObjectRequest
            {
                BucketName = bucket.Options.Bucket,
                Key = name,
                IfMatch = Form.Write(version),
            };
            await bucket.Client.DeleteObjectAsync(request, cancellationToken);
        }
        catch (AmazonS3Exception e) when (version is null && S3Faults.IsAbsent(e))
        {
        }
    }

    /// <summary>Lists the keys of objects that are not empty.</summary>
    public Task<Page<string>> ListAsync(string prefix, string? after, int limit, CancellationToken cancellationToken)
    {
        StorageKey.RequireListing(prefix, after, limit);
        return _listing.ListAsync(prefix, after, limit, withEmpty: false, cancellationToken);
    }
}
