using System.Text.Json;

namespace Berth.Guarantees.Tests.Promises;

/// <summary>
/// Holds a registry that nothing disturbs any more to what its clients were answered: P1 to P6, P8, P9 and P12 of
/// docs/guarantees.md, as far as they show from outside.
/// </summary>
internal static class PromiseCheck
{
    public static async Task RunAsync(RegistryClient client, Knowledge known)
    {
        foreach (var (fact, values) in known.Facts)
        {
            switch (fact.Kind)
            {
                case FactKind.Blob:
                    await CheckBlobAsync(client, fact, values);
                    break;
                case FactKind.Manifest:
                    await CheckManifestAsync(client, fact, values);
                    break;
                case FactKind.Tag:
                    await CheckTagAsync(client, fact, values);
                    break;
                case FactKind.Referrer:
                    await CheckReferrerAsync(client, fact, values);
                    break;
            }
        }
    }

    /// <summary>P10: the bytes that were answered 202 are there, and those that Range names are those that were sent.</summary>
    public static async Task FinishUploadsAsync(RegistryClient client, Knowledge known)
    {
        foreach (var (location, upload) in known.Uploads)
        {
            var (state, _) = await client.SendAsync(() => new(HttpMethod.Get, location));
            var offset = client.Require(state, "the state of an upload", 204).Offset;
            if (offset < upload.Durable || offset > upload.Sent)
                throw client.Broken($"{upload} has {offset} bytes");
            var fact = new Fact(FactKind.Blob, upload.Repository, upload.Digest);
            client.Ledger.Note(now => now.Begin(fact, upload.Digest));
            var (answer, _) = await client.SendAsync(() => new(
                HttpMethod.Put,
                new Uri($"{location.OriginalString}?digest={upload.Digest}", UriKind.Relative))
            {
                Content = new ByteArrayContent(client.Ledger.BytesOf(upload.Digest)[(int)offset..]),
            });
            client.Require(answer, "the end of an upload", 201);
            client.Ledger.Note(now =>
            {
                now.Uploads.Remove(location);
                now.Acknowledge(fact, upload.Digest);
            });
        }
    }

    /// <summary>P1, P2, P4, P6: what was answered 201 is there, whole; what was deleted is gone.</summary>
    private static async Task CheckBlobAsync(RegistryClient client, Fact fact, IReadOnlySet<string?> values)
    {
        var path = $"/v2/{fact.Repository}/blobs/{fact.Name}";
        var answer = await client.GetAsync(path);
        RequireAllowed(client, fact, values, answer.Status == 200 ? fact.Name : null, answer);
        if (answer.Status == 200)
            RequireBytes(client, fact, answer);
        var head = await client.GetAsync(path, method: HttpMethod.Head);
        if (head.Status != answer.Status)
            throw client.Broken($"{fact}: GET says {answer.Status}, HEAD {head.Status}");
    }

    private static async Task CheckManifestAsync(RegistryClient client, Fact fact, IReadOnlySet<string?> values)
    {
        var answer = await client.GetAsync($"/v2/{fact.Repository}/manifests/{fact.Name}", TestManifest.MediaType);
        RequireAllowed(client, fact, values, answer.Status == 200 ? fact.Name : null, answer);
        if (answer.Status == 200)
            RequireManifest(client, fact, fact.Name, answer);
    }

    /// <summary>P3: a tag names what the last acknowledged write said, or what one that was not answered said.</summary>
    private static async Task CheckTagAsync(RegistryClient client, Fact fact, IReadOnlySet<string?> values)
    {
        var answer = await client.GetAsync($"/v2/{fact.Repository}/manifests/{fact.Name}", TestManifest.MediaType);
        var value = answer.Status == 200 ? answer.Header("Docker-Content-Digest") : null;
        RequireAllowed(client, fact, values, value, answer);
        if (value is not null)
            RequireManifest(client, fact, value, answer);

        var list = await client.GetAsync($"/v2/{fact.Repository}/tags/list?n=1000");
        var isListed = list.Status == 200 && JsonDocument.Parse(list.Body).RootElement.GetProperty("tags").EnumerateArray()
            .Count(tag => tag.GetString() == fact.Name) == 1;
        // A manifest's deletion that was not answered may have taken the manifest and not yet its tags.
        if ((isListed != (value is not null) && (values.Count == 1 || !isListed)) || list.Status is not (200 or 404))
            throw client.Broken($"{fact} names {value ?? "nothing"}, and the list says {list}");
    }

    /// <summary>P9: a referrer is listed once, and never after its deletion.</summary>
    private static async Task CheckReferrerAsync(RegistryClient client, Fact fact, IReadOnlySet<string?> values)
    {
        var answer = client.Require(
            await client.GetAsync($"/v2/{fact.Repository}/referrers/{fact.Subject}"), "referrers", 200);
        var listed = JsonDocument.Parse(answer.Body).RootElement.GetProperty("manifests").EnumerateArray()
            .Count(descriptor => descriptor.GetProperty("digest").GetString() == fact.Name);
        if (listed > 1)
            throw client.Broken($"{fact} is listed {listed} times");
        RequireAllowed(client, fact, values, listed == 1 ? fact.Name : null, answer);
    }

    private static void RequireManifest(RegistryClient client, Fact fact, string digest, Answer answer)
    {
        RequireBytes(client, fact with { Name = digest }, answer);
        var said = (answer.Header("Docker-Content-Digest"), answer.ContentHeaders.ContentType?.MediaType);
        if (said != (digest, client.Ledger.MediaTypeOf(digest)))
            throw client.Broken($"{fact} says it is {said}");
    }

    private static void RequireAllowed(
        RegistryClient client, Fact fact, IReadOnlySet<string?> values, string? value, Answer answer)
    {
        if (answer.Status is not (200 or 404) || !values.Contains(value))
        {
            throw client.Broken(
                $"{fact} is {value ?? "not there"} ({answer}), and was to be "
                + string.Join(" or ", values.Select(allowed => allowed ?? "not there")));
        }
    }

    private static void RequireBytes(RegistryClient client, Fact fact, Answer answer)
    {
        if (!answer.Body.AsSpan().SequenceEqual(client.Ledger.BytesOf(fact.Name)))
            throw client.Broken($"{fact} has other bytes ({answer.Body.Length})");
    }
}
