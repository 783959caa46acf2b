using System.Globalization;
using System.Net;
using Aliyun.OSS;
using Aliyun.OSS.Common;

namespace Berth.Storage.Oss;

/// <summary>Reads objects, whole or a range of them.</summary>
/// <remarks>
/// Every read names a range, also of the whole: the SDK then hands out the network's own stream, which can be read
/// without a thread, and not one that sums what passes. A range that is not within the object OSS answers with 200 and the
/// whole object, as if none were named, or with 416.
/// </remarks>
internal sealed class ObjectReads(OssBucket bucket)
{
    /// <summary>What is read whole is small, in bytes: a record's value and its header.</summary>
    private const int MaximumSize = 1024 * 1024;

    /// <summary>The size of an object, or <see langword="null"/> where there is none.</summary>
    public async Task<long?> SizeAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await GetAsync(name, 0, 0, cancellationToken);
            return SizeOf(answer);
        }
        catch (ServiceException e) when (IsExpected(e.ErrorCode))
        {
            return e.ErrorCode == OssFaults.RangeInvalid ? 0 : null;
        }
    }

    /// <summary>Opens a range; it may be empty, or end beyond the object.</summary>
    public async Task<Stream?> OpenAsync(string name, long offset, long? length, CancellationToken cancellationToken)
    {
        if (length == 0) // is no range in HTTP
            return await SizeAsync(name, cancellationToken) is null ? null : Stream.Null;
        try
        {
            var answer = await GetAsync(name, offset, length is { } count ? offset + count - 1 : -1, cancellationToken);
            var isWhole = answer.HttpStatusCode != HttpStatusCode.PartialContent;
            if (!isWhole || offset < answer.ContentLength)
                return new OssReader(answer, isWhole ? offset : 0, length ?? long.MaxValue, bucket.Time);
            answer.Dispose();
            return Stream.Null;
        }
        catch (ServiceException e) when (IsExpected(e.ErrorCode))
        {
            return e.ErrorCode == OssFaults.RangeInvalid ? Stream.Null : null;
        }
    }

    /// <summary>A small object whole and its ETag, or <see langword="null"/> where there is none.</summary>
    public async Task<(byte[] Bytes, string ETag)?> WholeAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await GetAsync(name, 0, -1, cancellationToken);
            await using var content = new OssReader(answer, 0, long.MaxValue, bucket.Time);
            var size = SizeOf(answer);
            if (size > MaximumSize)
                throw new StorageException("An object below records/ is too large for a record.");
            var bytes = new byte[size];
            await content.ReadExactlyAsync(bytes, cancellationToken);
            return (bytes, answer.Metadata.ETag ?? "");
        }
        catch (ServiceException e) when (IsExpected(e.ErrorCode))
        {
            return e.ErrorCode == OssFaults.RangeInvalid ? ([], "") : null;
        }
        catch (EndOfStreamException e)
        {
            throw OssFaults.Translate("read an object", e);
        }
    }

    /// <summary>The object's size, of which the answer may hold a part.</summary>
    private static long SizeOf(OssObject answer)
    {
        if (answer.HttpStatusCode != HttpStatusCode.PartialContent)
            return answer.ContentLength;
        var range = answer.Metadata.HttpMetadata.TryGetValue("Content-Range", out var value) ? value as string : null;
        return long.TryParse(
            range?[(range.IndexOf('/', StringComparison.Ordinal) + 1)..], NumberStyles.None, CultureInfo.InvariantCulture,
            out var size)
            ? size : throw new StorageException("OSS answered a range without the object's size.");
    }

    private static bool IsExpected(string? code) => code is OssErrorCode.NoSuchKey or OssFaults.RangeInvalid;

    /// <param name="name">The object.</param>
    /// <param name="first">The first byte.</param>
    /// <param name="last">The last byte; -1 is the object's last.</param>
    /// <param name="cancellationToken">Ends the waiting for the answer to begin.</param>
    private Task<OssObject> GetAsync(string name, long first, long last, CancellationToken cancellationToken)
    {
        var request = new GetObjectRequest(bucket.Name, name);
        request.SetRange(first, last);
        return bucket.CallAsync("read an object", client => client.GetObject(request), IsExpected, cancellationToken);
    }
}
