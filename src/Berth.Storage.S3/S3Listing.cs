using Amazon.S3.Model;

namespace Berth.Storage.S3;

/// <summary>Lists keys after a key: S3 does that itself, in one call a page.</summary>
internal sealed class S3Listing(S3Bucket bucket)
{
    /// <param name="prefix">What the keys begin with.</param>
    /// <param name="after">The key that they follow, or <see langword="null"/>.</param>
    /// <param name="limit">The most keys.</param>
    /// <param name="withEmpty">Whether objects of no bytes are listed.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>At least one key, unless there are none.</returns>
    public async Task<Page<string>> ListAsync(
        string prefix, string? after, int limit, bool withEmpty, CancellationToken cancellationToken)
    {
        if (after is not null && !after.StartsWith(prefix, StringComparison.Ordinal))
        {
            if (string.CompareOrdinal(after, prefix) > 0)
                return new([], More: false);
            after = null;
        }

        var request = new ListObjectsV2Request
        {
            BucketName = bucket.Options.Bucket,
            Prefix = bucket.Names.Encode(prefix),
            StartAfter = after is null ? null : bucket.Names.Encode(after),
            MaxKeys = limit,
        };
        while (true)
        {
            var answer = await bucket.Tries.RunAsync(
                "list objects", S3Tries.Patience, token => bucket.Client.ListObjectsV2Async(request, token),
                cancellationToken);
            var entries = answer.S3Objects ?? [];
            var keys = entries
                .Where(entry => withEmpty || entry.Size != 0)
                .Select(entry => bucket.Names.Decode(entry.Key))
                .OfType<string>() // others are not ours
                .ToList();
            var more = answer.IsTruncated == true && entries.Count > 0;
            if (keys.Count > 0 || !more)
                return new(keys, more);
            request.StartAfter = entries[^1].Key;
        }
    }

    /// <summary>The uploads in parts that follow a mark, as S3 lists them; those of other prefixes are not among them.</summary>
    public async Task<UploadPage> ListUploadsAsync(UploadMark mark, int limit, CancellationToken cancellationToken)
    {
        var request = new ListMultipartUploadsRequest
        {
            BucketName = bucket.Options.Bucket,
            Prefix = bucket.Names.Encode(""),
            KeyMarker = mark.Name,
            UploadIdMarker = mark.UploadId,
            MaxUploads = limit,
        };
        var answer = await bucket.Tries.RunAsync(
            "list uploads", S3Tries.Patience, token => bucket.Client.ListMultipartUploadsAsync(request, token),
            cancellationToken);
        return new(
            [.. (answer.MultipartUploads ?? []).Select(upload => new UploadName(upload.Key, upload.UploadId))],
            answer.IsTruncated == true,
            new(answer.NextKeyMarker, answer.NextUploadIdMarker));
    }
}
