using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Aliyun.OSS;

/// <summary>Whose requests they are.</summary>
/// <param name="KeyId">The id of the key pair.</param>
/// <param name="Secret">Its secret.</param>
/// <param name="Token">The token of a temporary key pair, or nothing.</param>
internal sealed record Credentials(string KeyId, string Secret, string? Token)
{
    public override string ToString() => KeyId;
}

/// <summary>Signs requests in a header, or whole addresses.</summary>
internal abstract class RequestSigner(Credentials credentials)
{
    protected const string OssPrefix = "x-oss-";

    protected Credentials Credentials => credentials;

    public abstract void Sign(ServiceRequest request);

    public abstract void SignAddress(ServiceRequest request, DateTime expiration);

    protected static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    protected static string Header(ServiceRequest request, string name) =>
        request.Headers.GetValueOrDefault(name, "").Trim();

    /// <summary>Each header that the service defines, as a line.</summary>
    protected static string HeaderLines(ServiceRequest request, params string[] others) => string.Concat(
        request.Headers
            .Select(header => (Name: header.Key.ToLowerInvariant(), header.Value))
            .Where(header => header.Name.StartsWith(OssPrefix, StringComparison.Ordinal) || others.Contains(header.Name))
            .OrderBy(header => header.Name, StringComparer.Ordinal)
            .Select(header => $"{header.Name}:{header.Value.Trim()}\n"));
}

/// <summary>Signature version 1: HMAC-SHA1 over method, headers and the parameters that it knows.</summary>
internal sealed class RequestSignerV1(Credentials credentials) : RequestSigner(credentials)
{
    private static readonly string[] Signed =
    [
        "partNumber", "response-content-disposition", "response-content-type", "security-token", "uploadId", "uploads",
        "versioning",
    ];

    public override void Sign(ServiceRequest request)
    {
        if (!string.IsNullOrEmpty(Credentials.Token))
            request.Headers["x-oss-security-token"] = Credentials.Token;
        request.Headers["Authorization"] = $"OSS {Credentials.KeyId}:{Signature(request, Header(request, "Date"))}";
    }

    public override void SignAddress(ServiceRequest request, DateTime expiration)
    {
        if (!string.IsNullOrEmpty(Credentials.Token))
            request.Parameters["security-token"] = Credentials.Token;
        var expires = new DateTimeOffset(expiration.ToUniversalTime()).ToUnixTimeSeconds()
            .ToString(CultureInfo.InvariantCulture);
        var signature = Signature(request, expires);
        request.Parameters["Expires"] = expires;
        request.Parameters["OSSAccessKeyId"] = Credentials.KeyId;
        request.Parameters["Signature"] = signature;
    }

    private string Signature(ServiceRequest request, string date)
    {
        var parameters = request.Parameters.Where(parameter => Signed.Contains(parameter.Key))
            .Select(parameter => parameter.Value.Length == 0 ? parameter.Key : $"{parameter.Key}={parameter.Value}")
            .ToList();
        var signed = $"{request.Method}\n{Header(request, "Content-MD5")}\n{Header(request, "Content-Type")}\n{date}\n"
            + HeaderLines(request) + request.Resource
            + (parameters.Count == 0 ? "" : "?" + string.Join('&', parameters));
#pragma warning disable CA5350 // The protocol has it so.
        return Convert.ToBase64String(
            HMACSHA1.HashData(Encoding.UTF8.GetBytes(Credentials.Secret), Encoding.UTF8.GetBytes(signed)));
#pragma warning restore CA5350
    }
}

/// <summary>Signature version 4: HMAC-SHA256 with a key of day and region; the body is not signed.</summary>
internal sealed class RequestSignerV4(Credentials credentials, string region) : RequestSigner(credentials)
{
    private const string Algorithm = "OSS4-HMAC-SHA256";
    private const string Unsigned = "UNSIGNED-PAYLOAD";

    public override void Sign(ServiceRequest request)
    {
        var time = Time(Now);
        if (!string.IsNullOrEmpty(Credentials.Token))
            request.Headers["x-oss-security-token"] = Credentials.Token;
        request.Headers["x-oss-content-sha256"] = Unsigned;
        request.Headers["x-oss-date"] = time;
        request.Headers["Authorization"] =
            $"{Algorithm} Credential={Credentials.KeyId}/{Scope(time)},Signature={Signature(request, time)}";
    }

    public override void SignAddress(ServiceRequest request, DateTime expiration)
    {
        var now = Now;
        var time = Time(now);
        if (!string.IsNullOrEmpty(Credentials.Token))
            request.Parameters["x-oss-security-token"] = Credentials.Token;
        request.Parameters["x-oss-signature-version"] = Algorithm;
        request.Parameters["x-oss-date"] = time;
        // As the official one: both are taken as they are, so an expiration that is not in UTC is wrong.
        request.Parameters["x-oss-expires"] =
            ((long)(expiration - now.UtcDateTime).TotalSeconds).ToString(CultureInfo.InvariantCulture);
        request.Parameters["x-oss-credential"] = $"{Credentials.KeyId}/{Scope(time)}";
        request.Parameters["x-oss-signature"] = Signature(request, time);
    }

    private static string Time(DateTimeOffset now) =>
        now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    private string Scope(string time) => $"{time[..8]}/{region}/oss/aliyun_v4_request";

    private string Signature(ServiceRequest request, string time)
    {
        var query = string.Join('&', request.Parameters
            .Select(parameter => (Name: ServiceRequest.Escape(parameter.Key), Value: ServiceRequest.Escape(parameter.Value)))
            .OrderBy(parameter => parameter.Name, StringComparer.Ordinal)
            .Select(parameter => parameter.Value.Length == 0 ? parameter.Name : $"{parameter.Name}={parameter.Value}"));
        var canonical = $"{request.Method}\n{ServiceRequest.Escape(request.Resource, '/')}\n{query}\n"
            + $"{HeaderLines(request, "content-md5", "content-type")}\n\n{Unsigned}";
        var signed = $"{Algorithm}\n{time}\n{Scope(time)}\n"
            + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)));
        var key = Encoding.UTF8.GetBytes("aliyun_v4" + Credentials.Secret);
        foreach (var part in Scope(time).Split('/'))
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        return Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(signed)));
    }
}
