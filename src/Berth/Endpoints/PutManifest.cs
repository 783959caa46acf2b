using System.Buffers;
using Berth.Content;
using Berth.Errors;
using Berth.Stores;

namespace Berth.Endpoints;

/// <summary>
/// end-7a and end-7b: <c>PUT /v2/&lt;name&gt;/manifests/&lt;tag-or-digest&gt;</c>, with <c>tag</c> parameters beside a digest.
/// 201; 400 MANIFEST_INVALID, DIGEST_INVALID, SIZE_INVALID; 404 MANIFEST_BLOB_UNKNOWN; 413; 414. Whatever is refused
/// changes nothing.
/// </summary>
internal sealed class PutManifest(
    RepositoryStore repositories, ManifestStore manifests, TagStore tags, ReferrerStore referrers,
    ReferenceCheck references, RegistryOptions options)
{
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
        if (await references.CheckAsync(request.Repository, manifest, request.Aborted) is { } missing)
        {
            return missing;
        }
        await StoreAsync(request, digest, manifest, content, names);

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

    /// <summary>Tags come last: what they name must be there whenever the process stops.</summary>
    private async Task StoreAsync(
        RegistryRequest request, Digest digest, Manifest manifest, ReadOnlyMemory<byte> content, List<Tag> names)
    {
        var name = request.Repository;
        await Task.WhenAll(
            repositories.EnsureAsync(name, request.Aborted),
            manifests.PutAsync(name, digest, manifest, content, request.Aborted));
        if (manifest.Subject is { } subject)
        {
            await referrers.PutAsync(name, subject, digest, manifest, content.Length, request.Aborted);
        }
        await Task.WhenAll(names.Select(
            tag => tags.PutAsync(name, tag, digest, manifest.MediaType, content.Length, request.Aborted)));
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
