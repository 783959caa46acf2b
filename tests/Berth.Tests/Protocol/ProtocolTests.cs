using System.Text.Json.Nodes;
using Berth.Content;
using Berth.Storage;
using Berth.Stores;

namespace Berth.Tests.Protocol;

/// <summary>The protocol over one kind of store; every table of the spec derives from this.</summary>
public abstract class ProtocolTests(RegistryFixture fixture)
{
    /// <summary>The spec's code-1 to code-14.</summary>
    private static readonly string[] Codes =
    [
        "BLOB_UNKNOWN", "BLOB_UPLOAD_INVALID", "BLOB_UPLOAD_UNKNOWN", "DIGEST_INVALID", "MANIFEST_BLOB_UNKNOWN",
        "MANIFEST_INVALID", "MANIFEST_UNKNOWN", "NAME_INVALID", "NAME_UNKNOWN", "SIZE_INVALID", "UNAUTHORIZED", "DENIED",
        "UNSUPPORTED", "TOOMANYREQUESTS",
    ];

    protected Client Client { get; } = new(Available(fixture).Registry.Client);

    protected RegistryFixture Fixture { get; } = fixture;

    protected string Repository { get; } = Client.NewRepository();

    /// <summary>Checks that an answer is an error of the spec: status, code, JSON and a detail.</summary>
    protected static async Task<JsonNode?> AssertErrorAsync(HttpResponseMessage response, int status, string code)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync();
            return AssertError(
                (int)response.StatusCode, response.Content.Headers.ContentType?.ToString(), text, status, code);
        }
    }

    protected static JsonNode? AssertError(RawAnswer answer, int status, string code) =>
        AssertError(answer.Status, answer.Header("Content-Type"), answer.Text, status, code);

    protected static async Task<HttpResponseMessage> AssertStatusAsync(
        int status, Task<HttpResponseMessage> pending)
    {
        var response = await pending;
        Assert.True(
            (int)response.StatusCode == status,
            $"{(int)response.StatusCode}, not {status}: {await response.Content.ReadAsStringAsync()}");
        return response;
    }

    /// <summary>What a header says, whether it is the answer's or its content's.</summary>
    protected static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) || response.Content.Headers.TryGetValues(name, out values)
            ? string.Join(", ", values)
            : null;

    /// <summary>The keys of everything that is no record.</summary>
    protected static async Task<IReadOnlyList<string>> ListObjectsAsync(RegistryStorage storage) =>
    [
        .. (await storage.Objects.ListAsync("objects/", null, 100, default)).Items,
        .. (await storage.Objects.ListAsync("tails/", null, 100, default)).Items,
    ];

    /// <summary>Checks that a repository serves a blob, and that its object holds these bytes and no others.</summary>
    protected async Task AssertBlobAsync(string repository, string digest, byte[] content)
    {
        using var response = await AssertStatusAsync(200, Client.SendAsync("GET", $"/v2/{repository}/blobs/{digest}"));
        Assert.Equal(digest, Header(response, "Docker-Content-Digest"));
        var body = await response.Content.ReadAsByteArrayAsync();
        Assert.True(content.AsSpan().SequenceEqual(body), $"other bytes, {body.Length} of them");

        var blob = await FindBlobAsync(repository, digest);
        Assert.Equal(content.Length, blob!.Size);
        Assert.Equal(new ObjectInfo(content.Length), await Fixture.Objects.StatAsync(blob.Object, default));
    }

    /// <summary>What the stores hold of a blob.</summary>
    private protected async Task<StoredBlob?> FindBlobAsync(string repository, string digest)
    {
        Assert.True(RepositoryName.TryParse(repository, out var name));
        Assert.True(Berth.Content.Digest.TryParse(digest, out var parsed));
        var storage = Fixture.Registry.Storage;
        return await new BlobStore(storage.Records, storage.Objects, new(TimeProvider.System, TimeSpan.FromDays(1))).GetAsync(name, parsed, default);
    }

    /// <summary>Where Link leads (RFC 5988), or <see langword="null"/> at the last page.</summary>
    protected static string? NextOf(HttpResponseMessage response)
    {
        if (Header(response, "Link") is not { } link)
        {
            return null;
        }
        const string Rest = ">; rel=\"next\"";
        Assert.StartsWith("</v2/", link, StringComparison.Ordinal);
        Assert.EndsWith(Rest, link, StringComparison.Ordinal);
        return link[1..^Rest.Length];
    }

    protected static async Task<JsonNode> ReadJsonAsync(HttpResponseMessage response) =>
        JsonNode.Parse(await response.Content.ReadAsByteArrayAsync())!;

    private static RegistryFixture Available(RegistryFixture fixture)
    {
        Skip.IfNot(fixture.Reason is null, fixture.Reason);
        return fixture;
    }

    private static JsonNode? AssertError(int found, string? contentType, string text, int status, string code)
    {
        Assert.True(found == status, $"{found}, not {status}: {text}");
        Assert.Equal("application/json", contentType);
        var error = Assert.Single(JsonNode.Parse(text)!["errors"]!.AsArray())!;
        Assert.Equal(code, (string?)error["code"]);
        Assert.False(string.IsNullOrEmpty((string?)error["message"]));
        if (status < 500)
        {
            Assert.Contains(code, Codes);
        }
        if (status is < 500 and not 429)
        {
            Assert.NotNull(error["detail"]);
        }
        return error["detail"];
    }
}
