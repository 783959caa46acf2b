using System.Security.Cryptography;
using System.Text;

namespace Berth.TestTools.ObjectServer;

/// <summary>
/// AWS Signature Version 4 as "Authenticating Requests (AWS Signature Version 4)" of the S3 API reference describes it, written
/// after that description: docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, sigv4-query-string-auth.html,
/// sigv4-streaming.html and sigv4-streaming-trailers.html.
/// </summary>
internal static class SignatureV4
{
    public const string Algorithm = "AWS4-HMAC-SHA256";

    /// <summary>SHA-256 of nothing.</summary>
    public const string EmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    /// <summary>Joins what is signed of a request.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path, decoded; S3 encodes it once and normalizes nothing.</param>
    /// <param name="query">The query, decoded, without the signature itself.</param>
    /// <param name="headers">The signed headers: names in lower case and in order, values as they came.</param>
    /// <param name="payload">Hash of the body, or the word that stands for it.</param>
    public static string CanonicalRequest(
        string method,
        string path,
        IEnumerable<(string Name, string Value)> query,
        IReadOnlyList<(string Name, string Value)> headers,
        string payload)
    {
        var parameters = query
            .Select(pair => (Name: PercentEncoding.Encode(pair.Name), Value: PercentEncoding.Encode(pair.Value)))
            .OrderBy(pair => pair.Name, StringComparer.Ordinal).ThenBy(pair => pair.Value, StringComparer.Ordinal)
            .Select(pair => $"{pair.Name}={pair.Value}");
        return string.Join('\n',
        [
            method,
            PercentEncoding.Encode(path, kept: "/"),
            string.Join('&', parameters),
            .. headers.Select(header => $"{header.Name}:{Trim(header.Value)}"),
            "",
            string.Join(';', headers.Select(header => header.Name)),
            payload,
        ]);
    }

    /// <summary>The string to sign of a request.</summary>
    public static string StringToSign(string timestamp, string scope, string canonicalRequest) =>
        $"{Algorithm}\n{timestamp}\n{scope}\n{Hash(Encoding.UTF8.GetBytes(canonicalRequest))}";

    /// <summary>The string to sign of a chunk.</summary>
    public static string ChunkToSign(string timestamp, string scope, string previous, ReadOnlySpan<byte> chunk) =>
        $"{Algorithm}-PAYLOAD\n{timestamp}\n{scope}\n{previous}\n{EmptyHash}\n{Hash(chunk)}";

    /// <summary>The string to sign of the trailer: each header as name, colon, value and line feed.</summary>
    public static string TrailerToSign(string timestamp, string scope, string previous, string trailer) =>
        $"{Algorithm}-TRAILER\n{timestamp}\n{scope}\n{previous}\n{Hash(Encoding.UTF8.GetBytes(trailer))}";

    /// <summary>The key of one day, region and service.</summary>
    public static byte[] SigningKey(string secret, string date, string region, string service)
    {
        var key = Encoding.UTF8.GetBytes($"AWS4{secret}");
        foreach (var part in (string[])[date, region, service, "aws4_request"])
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }

        return key;
    }

    public static string Sign(byte[] key, string stringToSign) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(stringToSign)));

    public static string Hash(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>Without blanks around it, and with one for several in a row.</summary>
    private static string Trim(string value) =>
        string.Join(' ', value.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
