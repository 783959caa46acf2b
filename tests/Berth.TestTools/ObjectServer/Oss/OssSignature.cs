using System.Security.Cryptography;
using System.Text;

namespace Berth.TestTools.ObjectServer;

/// <summary>
/// How OSS signs, after help.aliyun.com/en/oss/developer-reference/recommend-to-use-signature-version-4 (header),
/// add-signatures-to-urls and, for version 1, include-signatures-in-the-authorization-header.
/// </summary>
internal static class OssSignature
{
    public const string Algorithm = "OSS4-HMAC-SHA256";
    public const string Unsigned = "UNSIGNED-PAYLOAD";

    /// <summary>The parameters that version 1 signs beside those that begin with x-oss-.</summary>
    private static readonly HashSet<string> SignedParameters = new(StringComparer.Ordinal)
    {
        "acl", "bucketInfo", "location", "stat", "delete", "append", "tagging", "objectMeta", "uploads", "uploadId", "partNumber",
        "security-token", "position", "response-content-type", "response-content-language", "response-expires",
        "response-cache-control", "response-content-disposition", "response-content-encoding", "restore", "callback",
        "callback-var", "versions", "versioning", "versionId", "sequential", "continuation-token", "symlink", "cors", "logging",
        "website", "referer", "lifecycle", "encryption", "policy",
    };

    /// <summary>Joins what version 4 signs of a request.</summary>
    /// <param name="method">The method.</param>
    /// <param name="resource">Slash, bucket, slash and key.</param>
    /// <param name="query">The query, decoded, without the signature itself.</param>
    /// <param name="headers">All headers of the request.</param>
    /// <param name="additional">The names, in lower case and in order, of those that are signed though they need not be.</param>
    public static string CanonicalRequest(
        string method,
        string resource,
        IEnumerable<(string Name, string Value)> query,
        IEnumerable<(string Name, string Value)> headers,
        IReadOnlyCollection<string> additional)
    {
        var parameters = query
            .Select(pair => (Name: PercentEncoding.Encode(pair.Name), Value: PercentEncoding.Encode(pair.Value)))
            .OrderBy(pair => pair.Name, StringComparer.Ordinal)
            .Select(pair => pair.Value.Length == 0 ? pair.Name : $"{pair.Name}={pair.Value}");
        var signed = headers.Select(header => (Name: header.Name.ToLowerInvariant(), Value: header.Value.Trim()))
            .Where(header => IsAlwaysSigned(header.Name) || additional.Contains(header.Name))
            .OrderBy(header => header.Name, StringComparer.Ordinal);
        return string.Join('\n',
        [
            method,
            PercentEncoding.Encode(resource, kept: "/"),
            string.Join('&', parameters),
            .. signed.Select(header => $"{header.Name}:{header.Value}"),
            "",
            string.Join(';', additional),
            Unsigned,
        ]);
    }

    /// <summary>Whether version 4 signs a header without being told.</summary>
    public static bool IsAlwaysSigned(string name) =>
        name is "content-type" or "content-md5" || name.StartsWith("x-oss-", StringComparison.Ordinal);

    public static string StringToSign(string timestamp, string scope, string canonicalRequest) =>
        $"{Algorithm}\n{timestamp}\n{scope}\n"
        + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonicalRequest)));

    public static string SignV4(string secret, string date, string region, string stringToSign)
    {
        var key = Encoding.UTF8.GetBytes($"aliyun_v4{secret}");
        foreach (var part in (string[])[date, region, "oss", "aliyun_v4_request"])
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }

        return Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(stringToSign)));
    }

    /// <summary>The string to sign of version 1.</summary>
    /// <param name="method">The method.</param>
    /// <param name="date">The Date header, or the time that a signed URL ends at.</param>
    /// <param name="resource">Slash, bucket, slash and key.</param>
    /// <param name="query">The query, decoded.</param>
    /// <param name="headers">All headers of the request.</param>
    public static string StringToSignV1(
        string method,
        string date,
        string resource,
        IEnumerable<(string Name, string Value)> query,
        IEnumerable<(string Name, string Value)> headers)
    {
        var all = headers.ToDictionary(header => header.Name.ToLowerInvariant(), header => header.Value.Trim());
        var own = all.Where(header => header.Key.StartsWith("x-oss-", StringComparison.Ordinal))
            .OrderBy(header => header.Key, StringComparer.Ordinal).Select(header => $"{header.Key}:{header.Value}\n");
        var parameters = query
            .Where(pair => SignedParameters.Contains(pair.Name) || pair.Name.StartsWith("x-oss-", StringComparison.Ordinal))
            .OrderBy(pair => pair.Name, StringComparer.Ordinal)
            .Select(pair => pair.Value.Length == 0 ? pair.Name : $"{pair.Name}={pair.Value}").ToList();
        return $"{method}\n{all.GetValueOrDefault("content-md5")}\n{all.GetValueOrDefault("content-type")}\n{date}\n"
            + $"{string.Concat(own)}{resource}{(parameters.Count == 0 ? "" : $"?{string.Join('&', parameters)}")}";
    }

#pragma warning disable CA5350 // The service has it.
    public static string SignV1(string secret, string stringToSign) => Convert.ToBase64String(
        HMACSHA1.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(stringToSign)));
#pragma warning restore CA5350
}
