using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Berth.Tests.Protocol;

/// <summary>The steps of a push and a pull that the protocol tests share.</summary>
public sealed class Client(HttpClient http)
{
    public const string OciManifest = "application/vnd.oci.image.manifest.v1+json";
    public const string OciIndex = "application/vnd.oci.image.index.v1+json";
    public const string OciConfig = "application/vnd.oci.image.config.v1+json";
    public const string OciLayer = "application/vnd.oci.image.layer.v1.tar";

    public HttpClient Http => http;

    public static string Digest(byte[] content, string algorithm = "sha256") =>
        algorithm + ":" + Convert.ToHexStringLower(
            algorithm == "sha256" ? SHA256.HashData(content) : SHA512.HashData(content));

    public static byte[] RandomBytes(int length)
    {
        var bytes = new byte[length];
        Random.Shared.NextBytes(bytes);
        return bytes;
    }

    /// <summary>A repository name that no other test uses.</summary>
    public static string NewRepository() => "test/" + Guid.NewGuid().ToString("n");

    public Task<HttpResponseMessage> SendAsync(
        string method, string uri, byte[]? body = null, params (string Name, string Value)[] headers) =>
        SendAsync(method, uri, body is null ? null : new ByteArrayContent(body), headers);

    public async Task<HttpResponseMessage> SendAsync(
        string method, string uri, HttpContent? content, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), uri) { Content = content };
        foreach (var (name, value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content ??= new ByteArrayContent([]);
                request.Content.Headers.Remove(name);
                Assert.True(request.Content.Headers.TryAddWithoutValidation(name, value));
            }
        }
        return await http.SendAsync(request);
    }

    /// <summary>Begins an upload and returns its Location.</summary>
    public async Task<string> StartUploadAsync(string repository, string query = "")
    {
        using var response = await SendAsync("POST", $"/v2/{repository}/blobs/uploads/{query}");
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        return response.Headers.Location!.OriginalString;
    }

    /// <summary>Pushes a blob with POST and PUT and returns its digest.</summary>
    public async Task<string> PushBlobAsync(string repository, byte[] content, string algorithm = "sha256")
    {
        var digest = Digest(content, algorithm);
        var location = await StartUploadAsync(repository);
        using var response = await SendAsync("PUT", $"{location}?digest={Uri.EscapeDataString(digest)}", content);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return digest;
    }

    /// <summary>Pushes a config and layers, and returns the manifest that names them, not pushed.</summary>
    public async Task<byte[]> PrepareImageAsync(string repository, int layers = 1, JsonObject? extra = null)
    {
        var config = JsonSerializer.SerializeToUtf8Bytes(new { architecture = "amd64", id = Guid.NewGuid() });
        await PushBlobAsync(repository, config);
        var descriptors = new JsonArray();
        for (var i = 0; i < layers; i++)
        {
            var layer = RandomBytes(100 + i);
            await PushBlobAsync(repository, layer);
            descriptors.Add((JsonNode)Descriptor(OciLayer, layer));
        }
        return Image(Descriptor(OciConfig, config), descriptors, extra);
    }

    /// <summary>An image whose blobs nobody has.</summary>
    public static byte[] RandomImage() => Image(Descriptor(OciConfig, RandomBytes(10)), []);

    public static JsonObject Descriptor(string mediaType, byte[] content) => new()
    {
        ["mediaType"] = mediaType,
        ["digest"] = Digest(content),
        ["size"] = content.Length,
    };

    public static byte[] Image(JsonObject config, JsonArray layers, JsonObject? extra = null)
    {
        var manifest = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = OciManifest,
            ["config"] = config,
            ["layers"] = layers,
        };
        foreach (var (name, value) in extra ?? [])
        {
            manifest[name] = value?.DeepClone();
        }
        return JsonSerializer.SerializeToUtf8Bytes(manifest);
    }

    public Task<HttpResponseMessage> PutManifestAsync(
        string repository, string reference, byte[] manifest, string mediaType = OciManifest) =>
        SendAsync("PUT", $"/v2/{repository}/manifests/{reference}", manifest, ("Content-Type", mediaType));

    /// <summary>Pushes a manifest that must be accepted, and returns its digest.</summary>
    public async Task<string> PushManifestAsync(
        string repository, string reference, byte[] manifest, string mediaType = OciManifest)
    {
        using var response = await PutManifestAsync(repository, reference, manifest, mediaType);
        Assert.True(
            response.StatusCode == HttpStatusCode.Created,
            $"{response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
        return Digest(manifest);
    }
}

/// <summary>A body whose length is not announced: sent chunked.</summary>
public sealed class StreamedContent(byte[] content) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        stream.WriteAsync(content).AsTask();

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
