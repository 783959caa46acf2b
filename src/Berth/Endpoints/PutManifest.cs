using System.Buffers;
using Berth.Content;
using Berth.Errors;
using Berth.Storage;
using Berth.Stores;

namespace Berth.Endpoints;

/// <summary>
/// end-7a and end-7b: <c>PUT /v2/&lt;name&gt;/manifests/&lt;tag-or-digest&gt;</c>, with <c>tag</c> parameters beside a digest.
/// 201; 400 MANIFEST_INVALID, DIGEST_INVALID, SIZE_INVALID; 404 MANIFEST_BLOB_UNKNOWN; 413; 414. Whatever is refused
/// changes nothing.
/// </summary>
internal sealed class PutManifest(
    RepositoryStore repositories, ManifestStore manifests, TagStore tags, ReferrerStore referrers,
    ManifestRemoval removal, ReferenceCheck references, GracePeriod grace, RegistryOptions options)
{
    /// <summary>How often deletions may come in between before the client is asked to try again.</summary>
    private const int MostTries = 20;

    /// <summary>The spec asks for at least 10; the request line limits them too.</summary>
    private const int MaximumTags = 100;

    public async Task<RegistryError?> HandleAsync(RegistryRequest request)
    {
        if (ReadTags(request, out var names) is { } badTags)
        {
            return badTags;
        }
        if (await ReadBodyAsync(request) is not { } content)
        {
            return RegistryError.ManifestTooLarge(options.MaximumManifestSize);
        }
        request.Bytes = content.Length;
        var digest = Digest.Of(request.Reference.Digest?.Algorithm ?? DigestAlgorithm.Sha256, content.Span);
        if (request.Reference.Digest is { } given && given != digest)
        {
            return RegistryError.DigestMismatch(given, digest);
        }
        if (!Manifest.TryParse(content, ContentType(request), out var manifest, out var problem))
        {
            return RegistryError.ManifestInvalid(problem);
        }
        var mark = grace.Mark();
        var missing = await references.CheckAsync(request.Repository, manifest, request.Aborted)
            ?? await StoreAsync(request, digest, manifest, content, names, mark);
        if (missing is not null)
        {
            return missing;
        }

        var headers = request.Response.Headers;
        headers.Location = request.Path($"manifests/{digest}");
        headers["Docker-Content-Digest"] = digest.ToString();
        if (manifest.Subject is { } subject)
        {
            headers["OCI-Subject"] = subject.ToString();
        }
        if (request.Reference.Digest is not null && names.Count > 0)
        {
            headers["OCI-Tag"] = string.Join(", ", names);
        }
        request.Response.StatusCode = 201;
        request.Response.ContentLength = 0;
        return null;
    }

    /// <summary>Stores the manifest so that it is there when this has returned, whatever is deleted or collected meanwhile.</summary>
    /// <param name="request">The request.</param>
    /// <param name="digest">The manifest's digest.</param>
    /// <param name="manifest">The manifest.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="names">The tags that shall name it.</param>
    /// <param name="mark">From before its references were found.</param>
    private async Task<RegistryError?> StoreAsync(
        RegistryRequest request, Digest digest, Manifest manifest, ReadOnlyMemory<byte> content, List<Tag> names, long mark)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            var isNew = await WriteAsync(request, digest, manifest, content, names);
            if (grace.IsHalfOver(mark)
                && await references.CheckAsync(request.Repository, manifest, request.Aborted) is { } missing)
            {
                if (isNew)
                {
                    await removal.DeleteAsync(request.Repository, digest, request.Aborted);
                }
                return missing;
            }
            // A deletion that has seen the manifest may have cleared its tags before they were written. Of a new one nobody
            // knew, and of its referrers somebody may ask by the subject.
            if ((isNew && manifest.Subject is null)
                || await manifests.GetAsync(request.Repository, digest, request.Aborted) is not null)
            {
                return null;
            }
        }
        throw new StorageException($"others deleted the manifest {digest} again and again");
    }

    /// <summary>Tags come last: what they name must be there whenever the process stops.</summary>
    private async Task<bool> WriteAsync(
        RegistryRequest request, Digest digest, Manifest manifest, ReadOnlyMemory<byte> content, List<Tag> names)
    {
        var name = request.Repository;
        var put = manifests.PutAsync(name, digest, manifest, content, request.Aborted);
        await Task.WhenAll(repositories.EnsureAsync(name, request.Aborted), put);
        if (manifest.Subject is { } subject)
        {
            await referrers.PutAsync(name, subject, digest, manifest, content.Length, request.Aborted);
        }
        await Task.WhenAll(names.Select(
            tag => tags.PutAsync(name, tag, digest, manifest.MediaType, content.Length, request.Aborted)));
        return await put;
    }

    private static RegistryError? ReadTags(RegistryRequest request, out List<Tag> names)
    {
        names = [];
        if (request.Reference.Tag is { } single)
        {
            names.Add(single);
            return null;
        }
        var given = request.Http.Query["tag"];
        if (given.Count > MaximumTags)
        {
            return RegistryError.TooManyTags(MaximumTags);
        }
        foreach (var text in given)
        {
            if (!Tag.TryParse(text, out var tag))
            {
                return RegistryError.TagInvalid(text);
            }
            if (!names.Contains(tag))
            {
                names.Add(tag);
            }
        }
        return null;
    }

    /// <returns><see langword="null"/> when there are more bytes than a manifest may have.</returns>
    private async Task<ReadOnlyMemory<byte>?> ReadBodyAsync(RegistryRequest request)
    {
        if (request.Http.ContentLength > options.MaximumManifestSize)
        {
            return null;
        }
        // Grows with the bytes that came, not with the length that was announced.
        var content = new ArrayBufferWriter<byte>();
        while (true)
        {
            var read = await request.Http.BodyReader.ReadAsync(request.Aborted);
            var tooLarge = content.WrittenCount + read.Buffer.Length > options.MaximumManifestSize;
            if (!tooLarge)
            {
                foreach (var memory in read.Buffer)
                {
                    content.Write(memory.Span);
                }
            }
            request.Http.BodyReader.AdvanceTo(read.Buffer.End);
            if (tooLarge)
            {
                return null;
            }
            if (read.IsCompleted)
            {
                return content.WrittenMemory;
            }
        }
    }

    private static string? ContentType(RegistryRequest request)
    {
        var header = request.Http.ContentType.AsSpan();
        var parameters = header.IndexOf(';');
        header = (parameters < 0 ? header : header[..parameters]).Trim();
        return header.IsEmpty ? null : header.ToString().ToLowerInvariant();
    }
}
