using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace Berth.Guarantees.Tests.Promises;

/// <summary>Pushes blobs as clients do, whatever happens meanwhile, and holds the registry to what it answers.</summary>
internal sealed class BlobPush(RegistryClient client, Retrying retrying)
{
    /// <summary>How often an upload may begin anew.</summary>
    private const int MaximumBeginnings = 6;

    public static string DigestOf(byte[] bytes) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}";

    /// <summary>Uploads a blob in PATCHes of the given sizes; what is left goes with the PUT.</summary>
    public async Task UploadAsync(string repository, byte[] bytes, params int[] chunks)
    {
        var digest = Begin(repository, bytes);
        for (var beginnings = 0; beginnings < MaximumBeginnings; beginnings++)
        {
            var location = await StartAsync(repository);
            var offset = await AppendAsync(repository, location, bytes, chunks);
            client.Ledger.Note(known => known.Uploads.Remove(location));
            if (offset is { } durable && await FinishAsync(repository, location, bytes, digest, durable, chunks.Length > 0))
            {
                Acknowledge(repository, digest);
                return;
            }

            if (await ExistsAsync(repository, digest))
            {
                Acknowledge(repository, digest);
                return;
            }
        }

        throw client.Broken($"{digest} could not be uploaded");
    }

    /// <summary>Uploads a blob with the request that begins the upload.</summary>
    public async Task UploadAtOnceAsync(string repository, byte[] bytes)
    {
        var digest = Begin(repository, bytes);
        var (answer, _) = await client.SendAsync(() =>
            Request(HttpMethod.Post, new($"/v2/{repository}/blobs/uploads/?digest={digest}", UriKind.Relative), bytes));
        client.Require(answer, "a whole blob", 201);
        Acknowledge(repository, digest);
    }

    /// <summary>Mounts a blob that is there.</summary>
    public async Task MountAsync(string repository, byte[] bytes, string? from)
    {
        var digest = Begin(repository, bytes);
        var query = from is null ? "" : $"&from={from}";
        var (answer, _) = await client.SendAsync(() =>
            new(HttpMethod.Post, new Uri($"/v2/{repository}/blobs/uploads/?mount={digest}{query}", UriKind.Relative)));
        client.Require(answer, "a mount of what is there", 201);
        Acknowledge(repository, digest);
    }

    /// <summary>Begins an upload, sends a chunk, and cancels it.</summary>
    public async Task CancelAsync(string repository, byte[] bytes)
    {
        var location = await StartAsync(repository);
        await client.SendAsync(() => Request(HttpMethod.Patch, location, bytes));
        var (answer, isRepeated) = await client.SendAsync(() => new(HttpMethod.Delete, location));
        client.Require(answer, "a cancellation", isRepeated ? [204, 404] : [204]);
        var (after, _) = await client.SendAsync(() => new(HttpMethod.Get, location));
        client.Require(after, "the state of a cancelled upload", 404);
    }

    /// <summary>Takes a blob out of a repository.</summary>
    public async Task DeleteAsync(string repository, byte[] bytes)
    {
        var fact = new Fact(FactKind.Blob, repository, DigestOf(bytes));
        var mayBeGone = client.Ledger.Now.Of(fact).Contains(null);
        client.Ledger.Note(known => known.Begin(fact, null));
        var (answer, isRepeated) = await client.SendAsync(() =>
            new(HttpMethod.Delete, new Uri($"/v2/{repository}/blobs/{fact.Name}", UriKind.Relative)));
        client.Require(answer, "the deletion of a blob", isRepeated || mayBeGone ? [202, 404] : [202]);
        client.Ledger.Note(known => known.Acknowledge(fact, null));
    }

    /// <summary>Asks whether a blob is there, as clients do before they push it.</summary>
    private async Task<bool> ExistsAsync(string repository, string digest)
    {
        var (answer, _) = await client.SendAsync(() =>
            new(HttpMethod.Head, new Uri($"/v2/{repository}/blobs/{digest}", UriKind.Relative)));
        return client.Require(answer, "HEAD of a blob", 200, 404).Status == 200;
    }

    private async Task<Uri> StartAsync(string repository)
    {
        var (answer, _) = await client.SendAsync(() =>
            new(HttpMethod.Post, new Uri($"/v2/{repository}/blobs/uploads/", UriKind.Relative)));
        client.Require(answer, "the beginning of an upload", 202);
        return LocationOf(answer);
    }

    /// <summary>Sends the chunks.</summary>
    /// <returns>How many bytes are there; <see langword="null"/> where the upload is to begin anew.</returns>
    private async Task<long?> AppendAsync(string repository, Uri location, byte[] bytes, int[] chunks)
    {
        var digest = DigestOf(bytes);
        var offset = 0L;
        var end = 0L;
        foreach (var chunk in chunks)
        {
            end += chunk;
            Note(offset, end);
            for (var tries = 0; offset < end; tries++)
            {
                if (tries > MaximumBeginnings)
                    throw client.Broken("a chunk could not be sent");
                var (from, to) = ((int)offset, (int)end);
                var answer = await client.SendOnceAsync(() => Chunk(HttpMethod.Patch, location, bytes, from, to));
                if (answer is { Status: 202 })
                {
                    offset = answer.Offset == end
                        ? end
                        : throw client.Broken($"{end} bytes were taken, Range says {answer.Offset}");
                    continue;
                }

                if (answer is { IsFault: false } && !(tries > 0 && answer.Status == 416))
                    throw client.Broken($"a chunk was answered {answer}");
                if (answer is { Status: 416 })
                    offset = Between(offset, answer.Offset, end);
                else if (retrying == Retrying.Restart)
                    return null;
                else if (retrying == Retrying.Resume)
                    offset = Between(offset, await StateAsync(location), end);
            }

            Note(offset, end);
        }

        return offset;

        void Note(long durable, long sent) => client.Ledger.Note(
            known => known.Uploads[location] = new(repository, digest, durable, sent));
    }

    /// <summary>Closes an upload.</summary>
    /// <returns><see langword="false"/> where it is to begin anew, unless the blob is there.</returns>
    private async Task<bool> FinishAsync(
        string repository, Uri location, byte[] bytes, string digest, long offset, bool hasRange)
    {
        var closing = new Uri($"{location.OriginalString}{(location.OriginalString.Contains('?') ? '&' : '?')}digest={digest}",
            UriKind.RelativeOrAbsolute);
        for (var tries = 0; tries <= MaximumBeginnings; tries++)
        {
            var from = (int)offset;
            var answer = await client.SendOnceAsync(() => hasRange
                ? Chunk(HttpMethod.Put, closing, bytes, from, bytes.Length)
                : Request(HttpMethod.Put, closing, bytes));
            if (answer is { Status: 201 })
                return true;
            if (answer is { IsFault: false } && !(tries > 0 && answer.Status == 416))
                throw client.Broken($"the end of an upload was answered {answer}");
            if (answer is { Status: 416 })
            {
                (offset, hasRange) = (Between(offset, answer.Offset, bytes.Length), true);
            }
            else if (retrying == Retrying.Restart)
            {
                return false;
            }
            else if (retrying == Retrying.Resume)
            {
                if (await ExistsAsync(repository, digest))
                    return true;
                var (state, _) = await client.SendAsync(() => new(HttpMethod.Get, location));
                if (state.Status == 404)
                    return false; // ended, but not published: to be uploaded anew
                client.Require(state, "the state of an upload", 204);
                (offset, hasRange) = (Between(offset, state.Offset, bytes.Length), true);
            }
        }

        throw client.Broken($"the upload of {digest} could not be ended");
    }

    private async Task<long> StateAsync(Uri location)
    {
        var (answer, _) = await client.SendAsync(() => new(HttpMethod.Get, location));
        return client.Require(answer, "the state of an upload", 204).Offset;
    }

    private long Between(long durable, long told, long sent) => told >= durable && told <= sent
        ? told
        : throw client.Broken($"{durable} bytes were durable and {sent} sent, and Range says {told}");

    private string Begin(string repository, byte[] bytes)
    {
        var digest = DigestOf(bytes);
        client.Ledger.Learn(digest, bytes);
        client.Ledger.Note(known => known.Begin(new(FactKind.Blob, repository, digest), digest));
        return digest;
    }

    private void Acknowledge(string repository, string digest) =>
        client.Ledger.Note(known => known.Acknowledge(new(FactKind.Blob, repository, digest), digest));

    private static HttpRequestMessage Chunk(HttpMethod method, Uri uri, byte[] bytes, int from, int to)
    {
        var request = Request(method, uri, bytes[from..to]);
        if (to > from)
            request.Content!.Headers.TryAddWithoutValidation("Content-Range", $"{from}-{to - 1}");
        return request;
    }

    private static HttpRequestMessage Request(HttpMethod method, Uri uri, byte[] bytes)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return new(method, uri) { Content = content };
    }

    /// <summary>Relative, so that it holds after a restart, too.</summary>
    private static Uri LocationOf(Answer answer)
    {
        var location = new Uri(answer.Header("Location")!, UriKind.RelativeOrAbsolute);
        return location.IsAbsoluteUri ? new(location.PathAndQuery, UriKind.Relative) : location;
    }
}
