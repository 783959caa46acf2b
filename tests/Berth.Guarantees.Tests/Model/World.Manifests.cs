using System.Globalization;

namespace Berth.Guarantees.Tests.Model;

/// <summary>Manifests and tags: end-3, end-7 and end-9.</summary>
internal sealed partial class World
{
    private Task RunManifestStepAsync(Operation step)
    {
        var repository = RepositoryOf(step.A);
        var index = step.B % Recipes.Count;
        var recipe = Recipes.Of(index, _place);
        var tag = Pick(step.B, Contents.Tags);
        var digest = Contents.Digest(recipe.Bytes, AlgorithmOf(step.D));
        return step.Kind switch
        {
            Kind.PushImage => PushImageAsync(step.Instance, repository, index, Pick(step.C, Contents.Tags)),
            Kind.PutManifest => PutManifestAsync(step, repository, recipe),
            Kind.GetManifest => GetManifestAsync(
                step.Instance, repository, step.C % 2 == 0 ? tag : digest, step.E % 2 == 0 ? "GET" : "HEAD"),
            _ => DeleteManifestAsync(step.Instance, repository, step.C % 2 == 0 ? digest : tag),
        };
    }

    /// <summary>Pushes an image as a client does: what the registry does not have, then the manifest.</summary>
    private async Task PushImageAsync(int instance, string repository, int index, string? tag)
    {
        var recipe = Recipes.Of(index, _place);
        foreach (var (bytes, algorithm) in recipe.Blobs)
        {
            if (!_model[repository].Blobs.ContainsKey(Contents.Digest(bytes, algorithm)))
                await PushWholeAsync(instance, repository, bytes, algorithm, flaw: 0);
        }
        foreach (var manifest in recipe.Manifests)
            await PushImageAsync(instance, repository, manifest, tag: null);
        var digest = Contents.Digest(recipe.Bytes);
        await PutManifestAsync(instance, repository, recipe, tag ?? digest, digest, tags: [], recipe.MediaType);
    }

    private async Task PutManifestAsync(Operation step, string repository, Recipe recipe)
    {
        var mediaType = step.E % 3 == 1 && recipe.OtherType is { } other ? other : recipe.MediaType;
        var right = Contents.Digest(recipe.Bytes, AlgorithmOf(step.D));
        switch (step.C % 8)
        {
            case < 3:
                await PutManifestAsync(
                    step.Instance, repository, recipe, Pick(step.D, Contents.Tags), Contents.Digest(recipe.Bytes), [], mediaType);
                break;
            case 3:
                await PutManifestAsync(step.Instance, repository, recipe, right, right, [], mediaType);
                break;
            case < 7:
                string[] tags = [Pick(step.E, Contents.Tags), Pick(step.E + 1, Contents.Tags), Pick(step.E, Contents.Tags)];
                await PutManifestAsync(step.Instance, repository, recipe, right, right, tags, mediaType);
                break;
            default:
                var wrong = Contents.NoDigest(AlgorithmOf(step.D));
                var answer = await SendAsync(step.Instance, Put(repository, wrong, recipe, "", mediaType));
                ExpectError(answer, 400, "DIGEST_INVALID");
                break;
        }
    }

    private static Request Put(string repository, string reference, Recipe recipe, string query, string mediaType) =>
        new("PUT", $"/v2/{repository}/manifests/{reference}{query}")
        {
            Body = recipe.Bytes,
            Headers = [("Content-Type", mediaType)],
        };

    private async Task PutManifestAsync(
        int instance, string name, Recipe recipe, string reference, string digest, string[] tags, string mediaType)
    {
        var query = tags.Length == 0 ? "" : "?" + string.Join('&', tags.Select(tag => "tag=" + tag));
        var answer = await SendAsync(instance, Put(name, reference, recipe, query, mediaType));
        var repository = _model[name];
        if (recipe.IsInvalid)
        {
            ExpectError(answer, 400, "MANIFEST_INVALID");
        }
        else if (recipe.Needs.Any(need => repository.SizeOf(need.Digest) is null))
        {
            ExpectError(answer, 404, "MANIFEST_BLOB_UNKNOWN");
        }
        else if (recipe.Needs.Any(need => repository.SizeOf(need.Digest) != need.Size))
        {
            ExpectError(answer, 400, "SIZE_INVALID");
        }
        else
        {
            Expect(
                answer, 201, ("Location", $"/v2/{name}/manifests/{digest}"), ("Docker-Content-Digest", digest),
                ("OCI-Subject", recipe.Subject), ("OCI-Tag", tags.Length == 0 ? null : string.Join(", ", tags.Distinct())));
            repository.Add(digest, new ManifestModel(recipe, mediaType));
            foreach (var tag in reference == digest ? tags : [reference])
                repository.Tags[tag] = digest;
        }
    }

    private async Task GetManifestAsync(int instance, string name, string reference, string method)
    {
        var answer = await SendAsync(instance, method, $"/v2/{name}/manifests/{reference}");
        var repository = _model[name];
        var digest = repository.Tags.GetValueOrDefault(reference, reference);
        if (!repository.Manifests.TryGetValue(digest, out var manifest))
        {
            if (method == "HEAD")
                Expect(answer, 404);
            else
                ExpectError(answer, 404, "MANIFEST_UNKNOWN");
            return;
        }
        Expect(
            answer, 200, ("Docker-Content-Digest", digest), ("Content-Type", manifest.MediaType), ("ETag", $"\"{digest}\""),
            ("Content-Length", manifest.Bytes.Length.ToString(CultureInfo.InvariantCulture)));
        if (method == "GET")
            ExpectBytes(manifest.Bytes, answer.Body);
    }

    private async Task DeleteManifestAsync(int instance, string name, string reference)
    {
        var answer = await SendAsync(instance, "DELETE", $"/v2/{name}/manifests/{reference}");
        var repository = _model[name];
        if (repository.Tags.Remove(reference))
        {
            Expect(answer, 202);
        }
        else if (repository.Manifests.ContainsKey(reference))
        {
            Expect(answer, 202);
            repository.DeleteManifest(reference);
        }
        else
        {
            ExpectError(answer, 404, "MANIFEST_UNKNOWN");
        }
    }

    private async Task DeleteAllAsync(Operation step)
    {
        var name = RepositoryOf(step.A);
        foreach (var tag in _model[name].Tags.Keys.Take(1).ToList())
            await DeleteManifestAsync(step.Instance, name, tag);
        foreach (var digest in _model[name].Manifests.Keys.ToList())
            await DeleteManifestAsync(step.Instance, name, digest);
        foreach (var digest in _model[name].Blobs.Keys.ToList())
            await DeleteBlobAsync(step.Instance, name, digest);
        await ListTagsAsync(step.Instance, name, null, null);
    }
}
