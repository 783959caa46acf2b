using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Berth.EndToEnd.Tests.Content;

namespace Berth.EndToEnd.Tests.Server;

/// <summary>Speaks the registry's API without any client's help, to look at what the clients did.</summary>
public sealed class RegistryHttp(Uri address)
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false })
    {
        Timeout = TimeSpan.FromMinutes(1),
    };

    public Task<byte[]> GetBlobAsync(string repository, string digest) =>
        GetAsync($"/v2/{repository}/blobs/{digest}");

    public Task<byte[]> GetManifestAsync(string repository, string reference) =>
        GetAsync($"/v2/{repository}/manifests/{reference}");

    public Task<byte[]> GetReferrersAsync(string repository, string digest) =>
        GetAsync($"/v2/{repository}/referrers/{digest}");

    public async Task<HttpStatusCode> HeadBlobAsync(string repository, string digest) =>
        (await SendAsync(HttpMethod.Head, $"/v2/{repository}/blobs/{digest}", null)).StatusCode;

    public async Task<HttpStatusCode> HeadManifestAsync(string repository, string reference) =>
        (await SendAsync(HttpMethod.Head, $"/v2/{repository}/manifests/{reference}", null)).StatusCode;

    /// <summary>The tags of a repository, or <see langword="null"/> where there is no such repository.</summary>
    public async Task<string[]?> GetTagsAsync(string repository)
    {
        using var response = await SendAsync(HttpMethod.Get, $"/v2/{repository}/tags/list", null);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return null;
        response.EnsureSuccessStatusCode();
        return Names(await response.Content.ReadAsByteArrayAsync(), "tags");
    }

    public async Task<string[]> GetRepositoriesAsync() => Names(await GetAsync("/v2/_catalog"), "repositories");

    /// <summary>Everything that a manifest or an index leads to, itself included, by digest.</summary>
    public async Task<SortedDictionary<string, byte[]>> GetAllAsync(string repository, string reference)
    {
        var found = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        await CollectAsync(repository, reference, found);
        return found;
    }

    /// <summary>Begins an upload.</summary>
    /// <returns>Where it goes on, on any server.</returns>
    public async Task<string> StartUploadAsync(string repository)
    {
        using var response = await SendAsync(HttpMethod.Post, $"/v2/{repository}/blobs/uploads/", null);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        return PathOf(response);
    }

    /// <summary>Sends one chunk, at an offset or wherever the upload stands.</summary>
    /// <returns>Where the upload goes on.</returns>
    public async Task<string> AppendAsync(string location, HttpContent chunk, long? offset = null)
    {
        if (offset is { } first)
        {
            var last = first + chunk.Headers.ContentLength!.Value - 1;
            chunk.Headers.TryAddWithoutValidation("Content-Range", $"{first}-{last}");
        }

        using var response = await SendAsync(HttpMethod.Patch, location, chunk);
        Assert.True(
            response.StatusCode == HttpStatusCode.Accepted,
            $"{response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
        return PathOf(response);
    }

    /// <summary>How many bytes of an upload the registry has.</summary>
    public async Task<long> GetOffsetAsync(string location)
    {
        using var response = await SendAsync(HttpMethod.Get, location, null);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        var range = Assert.Single(response.Headers.GetValues("Range"));
        return long.Parse(range.Split('-')[1], System.Globalization.CultureInfo.InvariantCulture) + 1;
    }

    public async Task FinishUploadAsync(string location, string digest, HttpContent? content = null)
    {
        var separator = location.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        using var response = await SendAsync(
            HttpMethod.Put, $"{location}{separator}digest={Uri.EscapeDataString(digest)}", content);
        Assert.True(
            response.StatusCode == HttpStatusCode.Created,
            $"{response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
    }

    public async Task PutManifestAsync(string repository, string reference, string mediaType, byte[] content)
    {
        using var body = new ByteArrayContent(content);
        body.Headers.ContentType = new(mediaType);
        using var response = await SendAsync(HttpMethod.Put, $"/v2/{repository}/manifests/{reference}", body);
        Assert.True(
            response.StatusCode == HttpStatusCode.Created,
            $"{response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
    }

    private static string PathOf(HttpResponseMessage response)
    {
        var location = response.Headers.Location!;
        return location.IsAbsoluteUri ? location.PathAndQuery : location.OriginalString;
    }

    private static string[] Names(byte[] json, string list) =>
        [.. JsonNode.Parse(json)![list]!.AsArray().Select(name => (string)name!)];

    private async Task CollectAsync(string repository, string reference, SortedDictionary<string, byte[]> found)
    {
        var content = await GetManifestAsync(repository, reference);
        found[OciLayout.DigestOf(content)] = content;
        var manifest = JsonNode.Parse(content)!;
        foreach (var child in OciLayout.Children(manifest, "manifests"))
            await CollectAsync(repository, child, found);
        List<string> blobs = [.. OciLayout.Children(manifest, "layers")];
        if ((string?)manifest["config"]?["digest"] is { } config)
            blobs.Add(config);
        foreach (var blob in blobs)
            found[blob] = await GetBlobAsync(repository, blob);
    }

    private async Task<byte[]> GetAsync(string path)
    {
        using var response = await SendAsync(HttpMethod.Get, path, null);
        Assert.True(
            response.StatusCode == HttpStatusCode.OK,
            $"GET {path}: {response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
        return await response.Content.ReadAsByteArrayAsync();
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content)
    {
        using var request = new HttpRequestMessage(method, new Uri(address, path)) { Content = content };
        foreach (var type in (string[])
            [MediaType.Manifest, MediaType.Index, MediaType.DockerManifest, MediaType.DockerList])
        {
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(type));
        }

        return await Http.SendAsync(request);
    }
}
