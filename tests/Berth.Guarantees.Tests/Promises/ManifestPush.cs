using System.Net.Http.Headers;

namespace Berth.Guarantees.Tests.Promises;

/// <summary>Pushes, tags and deletes manifests, whatever happens meanwhile.</summary>
internal sealed class ManifestPush(RegistryClient client)
{
    /// <summary>Pushes a manifest.</summary>
    /// <param name="repository">Where to.</param>
    /// <param name="manifest">What.</param>
    /// <param name="reference">A tag; <see langword="null"/> for its digest.</param>
    /// <param name="tags">Tags beside the digest.</param>
    public async Task PutAsync(string repository, TestManifest manifest, string? reference, params string[] tags)
    {
        List<Fact> facts =
        [
            new(FactKind.Manifest, repository, manifest.Digest),
            .. manifest.Subject is { } subject ? [new(FactKind.Referrer, repository, manifest.Digest, subject)] : (Fact[])[],
            .. (reference is null ? tags : [reference, .. tags]).Select(tag => new Fact(FactKind.Tag, repository, tag)),
        ];
        client.Ledger.Learn(manifest.Digest, manifest.Bytes, TestManifest.MediaType);
        client.Ledger.Note(known => facts.ForEach(fact => known.Begin(fact, manifest.Digest)));

        var query = tags.Length == 0 ? "" : "?" + string.Join('&', tags.Select(tag => $"tag={tag}"));
        var path = $"/v2/{repository}/manifests/{reference ?? manifest.Digest}{query}";
        var (answer, _) = await client.SendAsync(() =>
        {
            var content = new ByteArrayContent(manifest.Bytes);
            content.Headers.ContentType = new MediaTypeHeaderValue(TestManifest.MediaType);
            return new(HttpMethod.Put, new Uri(path, UriKind.Relative)) { Content = content };
        });
        client.Require(answer, "a manifest", 201);
        client.Ledger.Note(known => facts.ForEach(fact => known.Acknowledge(fact, manifest.Digest)));
    }

    public async Task DeleteAsync(string repository, TestManifest manifest)
    {
        List<Fact> facts =
        [
            new(FactKind.Manifest, repository, manifest.Digest),
            .. manifest.Subject is { } subject ? [new(FactKind.Referrer, repository, manifest.Digest, subject)] : (Fact[])[],
        ];
        var mayBeGone = client.Ledger.Now.Of(facts[0]).Contains(null);
        client.Ledger.Note(known =>
        {
            facts.ForEach(fact => known.Begin(fact, null));
            known.BeginUntagging(repository, manifest.Digest);
        });
        await DeleteAsync(repository, manifest.Digest, mayBeGone);
        client.Ledger.Note(known =>
        {
            facts.ForEach(fact => known.Acknowledge(fact, null));
            known.AcknowledgeUntagging(repository, manifest.Digest);
        });
    }

    public async Task UntagAsync(string repository, string tag)
    {
        var fact = new Fact(FactKind.Tag, repository, tag);
        var mayBeGone = client.Ledger.Now.Of(fact).Contains(null);
        client.Ledger.Note(known => known.Begin(fact, null));
        await DeleteAsync(repository, tag, mayBeGone);
        client.Ledger.Note(known => known.Acknowledge(fact, null));
    }

    private async Task DeleteAsync(string repository, string reference, bool mayBeGone)
    {
        var (answer, isRepeated) = await client.SendAsync(() =>
            new(HttpMethod.Delete, new Uri($"/v2/{repository}/manifests/{reference}", UriKind.Relative)));
        client.Require(answer, $"the deletion of {reference}", isRepeated || mayBeGone ? [202, 404] : [202]);
    }
}
