using System.Globalization;
using System.Text.Json.Nodes;
using Berth.Accounts;
using Berth.Content;

namespace Berth.Errors;

/// <summary>An answer of the spec's error table: what the client did wrong, and what to do about it.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">The spec's code (code-1 to code-14).</param>
/// <param name="Message">For people, without anything that the client sent.</param>
/// <param name="Detail">What the client sent and what was expected.</param>
internal sealed record RegistryError(int Status, string Code, string Message, JsonNode? Detail = null)
{
    private const int MostDetail = 500;

    /// <summary>Headers that this answer needs besides: <c>Allow</c>, <c>Location</c>, <c>Range</c>, <c>Retry-After</c>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>The code of RFC 6749, section 5.2, where a token was asked for.</summary>
    public string? TokenError { get; init; }

    public static RegistryError BlobUnknown(Digest digest) =>
        new(404, "BLOB_UNKNOWN", "blob unknown to registry", Named("digest", digest.ToString()));

    public static RegistryError UploadInvalid(string detail) =>
        new(400, "BLOB_UPLOAD_INVALID", "blob upload invalid", detail);

    /// <summary>416: the bytes do not follow those that the upload has.</summary>
    public static RegistryError UploadOutOfOrder(string location, string range, string detail) =>
        new(416, "BLOB_UPLOAD_INVALID", "blob upload invalid", detail)
        {
            Headers = [new("Location", location), new("Range", range)],
        };

    public static RegistryError UploadUnknown(UploadId id) =>
        new(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry", Named("upload", id.ToString()));

    public static RegistryError UploadUnknown() =>
        new(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry", "an upload is named by a UUID");

    /// <summary>400: no digest by the grammar, or of an algorithm that is not supported.</summary>
    public static RegistryError DigestMalformed(string? given) =>
        new(400, "DIGEST_INVALID", "invalid digest", Given(given, Digest.Grammar));

    public static RegistryError DigestMismatch(Digest given, Digest computed) =>
        new(400, "DIGEST_INVALID", "provided digest did not match uploaded content",
            new JsonObject { ["given"] = given.ToString(), ["computed"] = computed.ToString() });

    public static RegistryError AlgorithmUnknown(string given) =>
        new(400, "DIGEST_INVALID", "unsupported digest algorithm", Given(given, "sha256 or sha512"));

    public static RegistryError ManifestBlobUnknown(IEnumerable<ManifestReference> missing) =>
        new(404, "MANIFEST_BLOB_UNKNOWN", "manifest references a manifest or blob unknown to registry",
            new JsonArray([.. missing.Select(JsonNode (reference) => new JsonObject
            {
                ["digest"] = reference.Digest.ToString(),
                ["mediaType"] = reference.MediaType,
                ["size"] = reference.Size,
            })]));

    public static RegistryError ManifestInvalid(string detail) =>
        new(400, "MANIFEST_INVALID", "manifest invalid", Shorten(detail));

    public static RegistryError ManifestTooLarge(int limit) =>
        new(413, "SIZE_INVALID", "manifest too large",
            string.Create(CultureInfo.InvariantCulture, $"at most {limit} bytes are accepted"));

    public static RegistryError BodyTooLarge(BodyLimit limit) =>
        new(413, "SIZE_INVALID", $"request body too large; {limit.Remedy}",
            string.Create(CultureInfo.InvariantCulture, $"at most {limit.Bytes} bytes are accepted in one request"));

    public static RegistryError ManifestUnknown(Reference reference) =>
        new(404, "MANIFEST_UNKNOWN", "manifest unknown to registry", Named("reference", reference.ToString()));

    public static RegistryError TagInvalid(string? given) =>
        new(400, "MANIFEST_INVALID", "invalid tag", Given(given, Tag.Grammar));

    public static RegistryError NameInvalid(string? given) =>
        new(400, "NAME_INVALID", "invalid repository name", Given(given, RepositoryName.Grammar));

    /// <summary>400 of the management API: no name by the grammar.</summary>
    public static RegistryError PathNameInvalid(string what, string given) =>
        new(400, "NAME_INVALID", $"invalid {what}", Given(given, what == "kind" ? MemberKinds.Grammar : AccountName.Grammar));

    /// <summary>404 of the management API: there is no such project, or the caller may not know of it.</summary>
    public static RegistryError ProjectUnknown(ProjectName name) =>
        new(404, "NOT_FOUND", "no such project", Named("name", name.ToString()));

    public static RegistryError NameUnknown(RepositoryName name) =>
        new(404, "NAME_UNKNOWN", "repository name not known to registry", Named("name", name.ToString()));

    /// <summary>416 for a Range that the content does not have.</summary>
    public static RegistryError RangeNotSatisfiable(long size) =>
        new(416, "SIZE_INVALID", "range not satisfiable", string.Create(CultureInfo.InvariantCulture, $"{size} bytes"))
        {
            Headers = [new("Content-Range", string.Create(CultureInfo.InvariantCulture, $"bytes */{size}"))],
        };

    public static RegistryError SizeInvalid(string detail) =>
        new(400, "SIZE_INVALID", "provided length did not match content length", detail);

    public static RegistryError QueryInvalid(string detail) =>
        new(400, "UNSUPPORTED", "invalid query parameter", detail);

    public static RegistryError TooManyTags(int limit) =>
        new(414, "UNSUPPORTED", "too many tags in one request",
            string.Create(CultureInfo.InvariantCulture, $"at most {limit} tag parameters are accepted"));

    /// <summary>401: a credential is missing, wrong, or not enough. The detail is the scope that is needed.</summary>
    public static RegistryError Unauthorized(string challenge, string? scope) =>
        new(401, "UNAUTHORIZED", "authentication required", scope is null ? null : Named("scope", scope))
        {
            Headers = [new("WWW-Authenticate", challenge)],
        };

    /// <summary>401: whoever asks for a token shows a wrong credential.</summary>
    public static RegistryError GrantInvalid(string challenge) =>
        Unauthorized(challenge, scope: null) with { TokenError = "invalid_grant" };

    /// <summary>400: a token cannot be asked for like this.</summary>
    public static RegistryError TokenRequestInvalid(string detail, string code = "invalid_request") =>
        new(400, "UNSUPPORTED", "invalid request for a token", detail) { TokenError = code };

    /// <summary>403: the caller is known, and a rule says no.</summary>
    public static RegistryError Denied(string detail) =>
        new(403, "DENIED", "requested access to the resource is denied", detail);

    public static RegistryError DeleteDisabled(string allowed) =>
        new(405, "UNSUPPORTED", "the operation is unsupported", "deleting is switched off on this registry")
        {
            Headers = [new("Allow", allowed)],
        };

    public static RegistryError MethodNotAllowed(string allowed) =>
        new(405, "UNSUPPORTED", "the operation is unsupported", $"allowed here: {allowed}")
        {
            Headers = [new("Allow", allowed)],
        };

    /// <summary>404 for a path that is none of the spec's.</summary>
    public static RegistryError PathUnknown() =>
        new(404, "UNSUPPORTED", "the operation is unsupported", "no such path; the API is below /v2/");

    /// <summary>429 when the store asks for fewer requests.</summary>
    public static RegistryError TooManyRequests(TimeSpan retryAfter) =>
        new(429, "TOOMANYREQUESTS", "too many requests") { Headers = [RetryAfter(retryAfter)] };

    /// <summary>503: the store does not answer. The spec's codes are for 4xx; this is the one that clients know.</summary>
    public static RegistryError Unavailable(string requestId, TimeSpan retryAfter) =>
        new(503, "UNAVAILABLE", "storage is unavailable", Named("requestId", requestId))
        {
            Headers = [RetryAfter(retryAfter)],
        };

    /// <summary>503: this instance ends; what came of an upload is saved, and another instance goes on with it.</summary>
    public static RegistryError Stopping() =>
        new(503, "UNAVAILABLE", "the registry is stopping; go on from where the upload stands")
        {
            Headers = [RetryAfter(TimeSpan.FromSeconds(1)), new("Connection", "close")],
        };

    /// <summary>503: the host is not configured. The reason is in the log only: settings hold secrets.</summary>
    public static RegistryError NoRegistry() =>
        new(503, "UNAVAILABLE", "the registry does not work; its log says why")
        {
            Headers = [RetryAfter(TimeSpan.FromMinutes(1))], // settings are not mended sooner
        };

    /// <summary>500: our fault. The log has the exception under the same id.</summary>
    public static RegistryError Internal(string requestId) =>
        new(500, "UNKNOWN", "internal error", Named("requestId", requestId));

    /// <summary>400: what was sent is no HTTP, or ended before its length.</summary>
    public static RegistryError BadRequest(int status, string detail) =>
        new(status, "UNSUPPORTED", "bad request", detail);

    /// <summary>400: where the body ends is not certain. The connection ends with the answer.</summary>
    public static RegistryError FramingUnclear() =>
        BadRequest(400, "a transfer coding other than chunked, or one in HTTP/1.0") with { Headers = [new("Connection", "close")] };

    private static KeyValuePair<string, string> RetryAfter(TimeSpan wait) =>
        new("Retry-After", Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture));

    /// <summary>A manifest may repeat its megabytes in what is wrong with it.</summary>
    private static string Shorten(string detail) =>
        detail.Length <= MostDetail ? detail : string.Concat(detail.AsSpan(0, MostDetail), "…");

    private static JsonObject Named(string name, string value) => new() { [name] = value };

    private static JsonObject Given(string? given, string expected) =>
        new() { ["given"] = given, ["expected"] = expected };
}
