using System.Net;
using System.Text;
using Berth.Benchmarks.Workloads;

namespace Berth.Benchmarks.Load;

/// <summary>What clients of a registry do, over one connection; each answer is checked.</summary>
internal sealed class RegistryClient(IPEndPoint server) : IDisposable
{
    public const string ManifestType = "application/vnd.oci.image.manifest.v1+json";

    private const string Octets = "Content-Type: application/octet-stream";

    public HttpConnection Connection { get; } = new(server);

    public void Dispose() => Connection.Dispose();

    /// <summary>POST, and one PUT with the content, after a HEAD that finds nothing: what containerd sends.</summary>
    public void PushNewBlob(string repository, byte[] content, string digest)
    {
        Require(Connection.Send("HEAD", $"/v2/{repository}/blobs/{digest}"), 404);
        PushBlob(repository, [content], digest);
    }

    /// <summary>POST, and one PUT with the content.</summary>
    public void PushBlob(string repository, IEnumerable<ReadOnlyMemory<byte>> content, string digest) =>
        Require(Connection.Send(
            "PUT", Finish(StartUpload(repository), digest), content, chunked: false, Octets), 201);

    /// <summary>POST, one PATCH without a length, and an empty PUT: what docker sends.</summary>
    public string Append(string location, IEnumerable<ReadOnlyMemory<byte>> content) =>
        Require(Connection.Send("PATCH", location, content, chunked: true, Octets), 202).Head.Location;

    /// <summary>PATCH of one chunk with its length and place.</summary>
    public string AppendChunk(string location, ReadOnlyMemory<byte> chunk, long offset) =>
        Require(Connection.Send(
            "PATCH", location, [chunk], chunked: false, Octets,
            $"Content-Range: {offset}-{offset + chunk.Length - 1}"), 202).Head.Location;

    public string StartUpload(string repository) =>
        Require(Connection.Send("POST", $"/v2/{repository}/blobs/uploads/", "Content-Length: 0"), 202).Head.Location;

    public void FinishUpload(string location, string digest)
    {
        var answer = Require(Connection.Send("PUT", Finish(location, digest), "Content-Length: 0"), 201);
        RequireDigest(answer.Head, digest);
    }

    public void Mount(string repository, string digest, string from) =>
        Require(Connection.Send(
            "POST", $"/v2/{repository}/blobs/uploads/?mount={digest}&from={Uri.EscapeDataString(from)}", "Content-Length: 0"), 201);

    public void PutManifest(string repository, string tag, byte[] manifest) =>
        Require(Connection.Send(
            "PUT", $"/v2/{repository}/manifests/{tag}", [manifest], chunked: false, $"Content-Type: {ManifestType}"), 201);

    /// <summary>GET of a manifest, which must be the one given.</summary>
    public void GetManifest(string repository, string reference, byte[] manifest)
    {
        var answer = Require(Connection.Send("GET", $"/v2/{repository}/manifests/{reference}", $"Accept: {ManifestType}"), 200);
        RequireDigest(answer.Head, Payload.DigestOf(manifest));
        if (!answer.Body.AsSpan().SequenceEqual(manifest))
            throw new InvalidDataException($"{repository}:{reference} is not what was pushed");
    }

    /// <summary>Fails unless an answer has a status.</summary>
    public static HttpAnswer Require(HttpAnswer answer, int status) =>
        answer.Status == status
            ? answer
            : throw new InvalidDataException(
                $"{answer.Status}, not {status}: {string.Join(" | ", answer.Head.Headers)} {Encoding.UTF8.GetString(answer.Body)}");

    /// <summary>Fails unless an answer tells a digest.</summary>
    public static void RequireDigest(HttpHead head, string digest)
    {
        if (head["Docker-Content-Digest"] is var told && told != digest)
            throw new InvalidDataException($"{told} was told, not {digest}");
    }

    private static string Finish(string location, string digest) =>
        $"{location}{(location.Contains('?', StringComparison.Ordinal) ? '&' : '?')}digest={Uri.EscapeDataString(digest)}";
}
