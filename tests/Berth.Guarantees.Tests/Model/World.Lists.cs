using System.Globalization;
using System.Text.Json.Nodes;

namespace Berth.Guarantees.Tests.Model;

/// <summary>Listings: end-8, end-12 and the catalog.</summary>
internal sealed partial class World
{
    private const int MostPages = 50;

    private Task RunListStepAsync(Operation step)
    {
        switch (step.Kind)
        {
            case Kind.ListTags:
                return ListTagsAsync(
                    step.Instance, RepositoryOf(step.A), CountOf(step.B), Pick(step.C, null, "0", "v1", "v2", "_.-"));
            case Kind.ListRepositories:
                return ListRepositoriesAsync(step.Instance, CountOf(step.A), Pick(step.B, null, "a", "a-b", "a/a", "b"));
            default:
                var subjects = new[] { 0, 5, 1 }.Select(index => Contents.Digest(Recipes.Of(index, _place).Bytes))
                    .Append(Contents.NoDigest("sha256")).ToArray();
                string? after = Pick(
                    step.E, null, null, Contents.NoDigest("sha256"), "sha256:" + new string('8', 64));
                return ListReferrersAsync(
                    step.Instance, RepositoryOf(step.A), Pick(step.B, subjects),
                    step.C % 2 == 0 ? null : Pick(step.C / 2, Contents.ArtifactTypes), CountOf(step.D), after);
        }
    }

    private static int? CountOf(int number) => Pick<int?>(number, null, 1, 2, 3, 0, 100);

    private async Task ListTagsAsync(int instance, string name, int? count, string? after)
    {
        var repository = _model[name];
        var path = $"/v2/{name}/tags/list";
        if (!repository.Exists)
        {
            ExpectError(await SendAsync(instance, "GET", path + Query(count, after)), 404, "NAME_UNKNOWN");
            return;
        }
        await WalkAsync(instance, path, count, after, repository.Tags.Keys, json =>
        {
            Assert.Equal(name, (string?)json["name"]);
            return [.. json["tags"]!.AsArray().Select(tag => (string)tag!)];
        });
    }

    private Task ListRepositoriesAsync(int instance, int? count, string? after) => WalkAsync(
        instance, "/v2/_catalog", count, after, _model.Repositories.Where(one => one.Value.Exists).Select(one => one.Key),
        json => [.. json["repositories"]!.AsArray().Select(name => (string)name!)]);

    /// <summary>Reads a listing page by page to its end, each page as long as it must be.</summary>
    private async Task WalkAsync(
        int instance, string path, int? count, string? after, IEnumerable<string> all, Func<JsonNode, string[]> read)
    {
        var rest = all.Where(one => after is null || string.CompareOrdinal(one, after) > 0).ToList();
        var target = path + Query(count, after);
        for (var page = 0; page < MostPages; page++)
        {
            var answer = await SendAsync(instance, "GET", target);
            Expect(answer, 200, ("Content-Type", "application/json"));
            var expected = rest.Take(count ?? int.MaxValue).ToList();
            Assert.Equal(expected, read(JsonNode.Parse(answer.Body)!));
            rest.RemoveRange(0, expected.Count);
            var next = NextOf(answer, path);
            Assert.Equal(rest.Count > 0 && count != 0, next is not null);
            if (next is null)
                return;
            target = next;
        }
        Assert.Fail("there is no last page");
    }

    private async Task ListReferrersAsync(
        int instance, string name, string subject, string? filter, int? count, string? after)
    {
        var path = $"/v2/{name}/referrers/{subject}";
        var expected = _model[name].Referrers(subject)
            .Where(one => after is null || string.CompareOrdinal(one.Digest, after) > 0)
            .Where(one => filter is null || (string?)one.Descriptor["artifactType"] == filter)
            .Select(one => one.Descriptor.ToJsonString()).ToList();
        var found = new List<string>();
        var target = path + Query(count, after, filter);
        for (var page = 0; page < MostPages; page++)
        {
            var answer = await SendAsync(instance, "GET", target);
            Expect(
                answer, 200, ("Content-Type", Contents.OciIndex), ("OCI-Filters-Applied", filter is null ? null : "artifactType"));
            var json = JsonNode.Parse(answer.Body)!;
            Assert.Equal((2, Contents.OciIndex), ((int)json["schemaVersion"]!, (string?)json["mediaType"]));
            var items = json["manifests"]!.AsArray();
            Assert.True(items.Count <= (count ?? int.MaxValue), "a page is longer than n");
            found.AddRange(items.Select(Plain));
            if (NextOf(answer, path) is not { } next)
            {
                Assert.Equal(count == 0 ? [] : expected, found);
                return;
            }
            target = next;
        }
        Assert.Fail("there is no last page");
    }

    /// <summary>A descriptor in the order in which the model writes one, and nothing else.</summary>
    private static string Plain(JsonNode? found)
    {
        var descriptor = new JsonObject();
        foreach (var name in (string[])["mediaType", "digest", "size", "artifactType", "annotations"])
        {
            if (found![name] is { } value)
                descriptor[name] = value.DeepClone();
        }
        Assert.Equal(found!.AsObject().Count, descriptor.Count);
        return descriptor.ToJsonString();
    }

    private static string Query(int? count, string? after, string? filter = null)
    {
        var query = new List<string>();
        if (count is { } n)
            query.Add(string.Create(CultureInfo.InvariantCulture, $"n={n}"));
        if (after is not null)
            query.Add("last=" + Uri.EscapeDataString(after));
        if (filter is not null)
            query.Add("artifactType=" + filter); // a '+' that is not escaped, as clients send it
        return query.Count == 0 ? "" : "?" + string.Join('&', query);
    }

    private static string? NextOf(Answer answer, string path)
    {
        if (answer.Header("Link") is not { } link)
            return null;
        const string End = ">; rel=\"next\"";
        Assert.StartsWith($"<{path}?", link, StringComparison.Ordinal);
        Assert.EndsWith(End, link, StringComparison.Ordinal);
        return link[1..^End.Length];
    }
}
