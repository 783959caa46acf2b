using System.Globalization;
using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace Berth.Storage.S3;

/// <summary>
/// A download. After a broken connection it goes on where it was, with the same version of the object; what that does not
/// mend comes out as the contract's exceptions.
/// </summary>
internal sealed class S3Reader : ForwardStream
{
    private const string What = "go on with reading an object";

    private readonly S3Bucket _bucket;
    private readonly string _name;
    private readonly string _version;

    /// <summary>Where the next byte lies in the object, and where the last one that is wanted is followed.</summary>
    private long _position;
    private readonly long _end;
    private GetObjectResponse _answer;
    private int _retries;

    private S3Reader(S3Bucket bucket, string name, long offset, GetObjectResponse answer)
    {
        (_bucket, _name, _position, _answer) = (bucket, name, offset, answer);
        _end = offset + answer.ContentLength;
        _version = answer.ETag;
    }

    /// <summary>Opens an object's bytes, or returns <see langword="null"/> where there is no object.</summary>
    public static Task<Stream?> OpenAsync(
        S3Bucket bucket, string name, long offset, long? length, CancellationToken cancellationToken)
    {
        var last = length is { } count && count <= long.MaxValue - offset ? offset + count - 1 : long.MaxValue;
        return bucket.Tries.RunAsync<Stream?>("read an object", S3Tries.Patience, async token =>
        {
            try
            {
                return new S3Reader(bucket, name, offset, await GetAsync(bucket, name, offset, last, null, token));
            }
            catch (AmazonS3Exception e) when (S3Faults.IsBeyondEnd(e))
            {
                return Stream.Null; // from the object's end, or of an empty one
            }
            catch (AmazonS3Exception e) when (S3Faults.IsAbsent(e))
            {
                return null;
            }
        }, cancellationToken);
    }

    /// <summary>The size of the whole object, where a range of it was asked for.</summary>
    public static long WholeSizeOf(GetObjectResponse answer) =>
        answer.ContentRange is { } range
        && long.TryParse(
            range.AsSpan(range.LastIndexOf('/') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            ? size
            : answer.ContentLength;

    public override int Read(Span<byte> buffer)
    {
        try
        {
            var count = _answer.ResponseStream.Read(buffer);
            _position += count;
            return count > 0 || buffer.IsEmpty || _position == _end ? count : throw new EndOfStreamException();
        }
        catch (Exception e) when (S3Faults.IsFault(e))
        {
            throw S3Faults.Translate(What, e);
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        while (true)
        {
            try
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                limit.CancelAfter(S3Tries.Patience);
                var count = await _answer.ResponseStream.ReadAsync(buffer, limit.Token);
                _position += count;
                return count > 0 || buffer.IsEmpty || _position == _end ? count : throw new EndOfStreamException();
            }
            catch (Exception e) when (S3Faults.IsFault(e))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (_retries++ == S3Tries.MaximumRetries || !S3Faults.IsTransient(e))
                    throw S3Faults.Translate(What, e);
                await ReopenAsync(cancellationToken);
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _answer.Dispose();
        base.Dispose(disposing);
    }

    private async Task ReopenAsync(CancellationToken cancellationToken)
    {
        _answer.Dispose();
        _answer = await _bucket.Tries.RunAsync(
            What, S3Tries.Patience, token => GetAsync(_bucket, _name, _position, _end - 1, _version, token),
            cancellationToken);
        if (_answer.ContentLength != _end - _position)
            throw new StorageException($"S3 could not {What}: it is another object now");
    }

    private static async Task<GetObjectResponse> GetAsync(
        S3Bucket bucket, string name, long offset, long last, string? version, CancellationToken cancellationToken)
    {
        var request = new GetObjectRequest
        {
            BucketName = bucket.Options.Bucket,
            Key = name,
            EtagToMatch = version,
        };
        if (last != long.MaxValue)
            request.ByteRange = new(offset, last);
        else if (offset > 0)
            request.ByteRange = new(string.Create(CultureInfo.InvariantCulture, $"bytes={offset}-"));
        var answer = await bucket.Client.GetObjectAsync(request, cancellationToken);
        if (request.ByteRange is null || answer.HttpStatusCode == HttpStatusCode.PartialContent)
            return answer;
        answer.Dispose();
        throw new StorageException("S3 could not read a range of an object: its server ignores ranges");
    }
}
