using System.Globalization;
using System.Text;

namespace Berth.Guarantees.Tests.Model;

/// <summary>Blobs: end-2, end-4b, end-10 and end-11.</summary>
internal sealed partial class World
{
    private Task RunBlobStepAsync(Operation step)
    {
        var (repository, blob, algorithm) = (RepositoryOf(step.A), BlobOf(step.B), AlgorithmOf(step.C));
        return step.Kind switch
        {
            Kind.PushWhole => PushWholeAsync(step.Instance, repository, blob, algorithm, FlawOf(step.D, 4)),
            Kind.Mount => MountAsync(step.Instance, repository, Contents.Digest(blob, algorithm), step.D),
            Kind.HeadBlob => HeadBlobAsync(step.Instance, repository, blob, algorithm),
            Kind.GetBlob => GetBlobAsync(
                step.Instance, repository, Contents.Digest(blob, algorithm), blob, step.D),
            Kind.DeleteBlob => DeleteBlobAsync(step.Instance, repository, Contents.Digest(blob, algorithm)),
            _ => throw new ArgumentOutOfRangeException(nameof(step)),
        };
    }

    private async Task PushWholeAsync(int instance, string repository, byte[] blob, string algorithm, int flaw)
    {
        var right = Contents.Digest(blob, algorithm);
        var digest = flaw switch { 1 => Contents.NoDigest(algorithm), 2 => right.ToUpperInvariant(), _ => right };
        var answer = await SendAsync(instance, new("POST", $"/v2/{repository}/blobs/uploads/?digest={digest}")
        {
            Body = blob,
            IsStreamed = flaw == 4,
            BrokenAfter = flaw == 3 ? blob.Length / 2 : null,
        });
        if (flaw is 1 or 2)
        {
            ExpectError(answer, 400, "DIGEST_INVALID");
        }
        else if (flaw != 3) // then nobody gets an answer
        {
            ExpectCreated(answer, repository, digest);
            _model[repository].Add(digest, blob, _time.GetUtcNow());
        }
    }

    private async Task MountAsync(int instance, string repository, string digest, int from)
    {
        var source = from % 4 == 3 ? null : RepositoryOf(from);
        var answer = await SendAsync(
            instance, "POST", $"/v2/{repository}/blobs/uploads/?mount={digest}{(source is null ? "" : "&from=" + source)}");
        var holder = source is null
            ? _model.Repositories.Values.FirstOrDefault(one => one.Blobs.ContainsKey(digest))
            : _model[source];
        if (holder is not null && holder.Blobs.TryGetValue(digest, out var blob))
        {
            ExpectCreated(answer, repository, digest);
            _model[repository].Add(digest, blob, _time.GetUtcNow());
        }
        else
        {
            TakeSession(answer, slot: Slots - 1, repository, Contents.Blob(2, _place), digest.Split(':')[0]);
        }
    }

    private static void ExpectCreated(Answer answer, string repository, string digest) => Expect(
        answer, 201, ("Location", $"/v2/{repository}/blobs/{digest}"), ("Docker-Content-Digest", digest), ("Content-Length", "0"));

    private async Task HeadBlobAsync(int instance, string repository, byte[] blob, string algorithm)
    {
        var digest = Contents.Digest(blob, algorithm);
        var answer = await SendAsync(instance, "HEAD", $"/v2/{repository}/blobs/{digest}");
        if (!_model[repository].Blobs.ContainsKey(digest))
        {
            Expect(answer, 404);
            return;
        }
        _model[repository].Assured[digest] = _time.GetUtcNow();
        Expect(answer, 200, ("Content-Length", blob.Length.ToString(CultureInfo.InvariantCulture)));
        ExpectBlobHeaders(answer, digest);
    }

    private async Task DeleteBlobAsync(int instance, string repository, string digest)
    {
        var answer = await SendAsync(instance, "DELETE", $"/v2/{repository}/blobs/{digest}");
        if (_model[repository].Blobs.Remove(digest))
            Expect(answer, 202);
        else
            ExpectError(answer, 404, "BLOB_UNKNOWN");
    }

    private async Task GetBlobAsync(int instance, string repository, string digest, byte[] blob, int range)
    {
        var size = blob.Length;
        var (header, parts) = RangeOf(range, size);
        (string, string)[] headers = range % 11 == 10
            ? [("Range", header!), ("If-Range", "\"another\"")]
            : range % 11 == 9 ? [("If-None-Match", $"W/\"{digest}\"")]
            : header is null ? [] : [("Range", header)];
        var answer = await SendAsync(instance, new("GET", $"/v2/{repository}/blobs/{digest}") { Headers = headers });
        if (!_model[repository].Blobs.ContainsKey(digest))
        {
            ExpectError(answer, 404, "BLOB_UNKNOWN");
            return;
        }
        switch (parts)
        {
            case null when range % 11 == 9:
                Expect(answer, 304);
                Assert.Empty(answer.Body);
                ExpectBlobHeaders(answer, digest);
                break;
            case null:
                Expect(answer, 200);
                ExpectBytes(blob, answer.Body);
                ExpectBlobHeaders(answer, digest);
                break;
            case []:
                ExpectError(answer, 416, "SIZE_INVALID");
                Assert.Equal($"bytes */{size}", answer.Header("Content-Range"));
                break;
            case [var (first, last)]:
                Expect(answer, 206, ("Content-Range", $"bytes {first}-{last}/{size}"));
                ExpectBytes(blob.AsSpan(first..(last + 1)), answer.Body);
                ExpectBlobHeaders(answer, digest);
                break;
            default:
                Expect(answer, 206);
                ExpectBytes(Multipart(answer.Header("Content-Type")!, blob, parts), answer.Body);
                break;
        }
    }

    /// <summary>A Range header with what it means: nothing special, nothing that there is, or these bytes.</summary>
    private static (string? Header, (int First, int Last)[]? Parts) RangeOf(int range, int size) => (range % 11) switch
    {
        1 => ("bytes=0-0", size > 0 ? [(0, 0)] : []),
        2 => ("bytes=5-", size > 5 ? [(5, size - 1)] : []),
        3 => ("bytes=-3", size > 0 ? [(Math.Max(0, size - 3), size - 1)] : []),
        4 => ("bytes=2-99999999999999999999", size > 2 ? [(2, size - 1)] : []),
        5 => ($"bytes={size}-", []),
        6 => ("bytes=0-1, 3-4,", size > 4 ? [(0, 1), (3, 4)] : size > 3 ? [(0, 1), (3, 3)] : size > 0 ? [(0, Math.Min(1, size - 1))] : []),
        7 => ("bytes=4-2", []),
        8 => ("items=0-1", null),
        10 => ("bytes=0-1", null),
        _ => (null, null),
    };

    private static byte[] Multipart(string contentType, byte[] blob, (int First, int Last)[] parts)
    {
        const string Start = "multipart/byteranges; boundary=";
        Assert.StartsWith(Start, contentType, StringComparison.Ordinal);
        var boundary = contentType[Start.Length..];
        using var body = new MemoryStream();
        foreach (var (first, last) in parts)
        {
            body.Write(Encoding.ASCII.GetBytes(
                $"\r\n--{boundary}\r\nContent-Type: application/octet-stream\r\n"
                + $"Content-Range: bytes {first}-{last}/{blob.Length}\r\n\r\n"));
            body.Write(blob.AsSpan(first..(last + 1)));
        }
        body.Write(Encoding.ASCII.GetBytes($"\r\n--{boundary}--\r\n"));
        return body.ToArray();
    }

    private static void ExpectBlobHeaders(Answer answer, string digest) => Expect(
        answer, answer.Status, ("Docker-Content-Digest", digest), ("ETag", $"\"{digest}\""), ("Accept-Ranges", "bytes"));

    private static void ExpectBytes(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> found) =>
        Assert.True(expected.SequenceEqual(found), $"other bytes than the {expected.Length}: {found.Length}");
}
