using System.Globalization;
using System.Text;
using Berth.TestTools.ObjectServer;

namespace Berth.Storage.Tests.ObjectServer;

/// <summary>Requests and their signatures, right in everything but what a test makes wrong.</summary>
public sealed partial class S3ServerRefusalTests
{
    private RawRequest Put(string key, string content) => new()
    {
        Method = "PUT",
        Path = $"/{_server.Options.Bucket}/{key}",
        Body = Encoding.UTF8.GetBytes(content),
        Headers = { ["Content-Type"] = "text/plain" },
    };

    private RawRequest Signed(RawRequest request)
    {
        Sign(request);
        return request;
    }

    private VerifiedSignature Sign(
        RawRequest request,
        string? secret = null,
        string? key = null,
        string? region = null,
        string service = "s3",
        double minutes = 0,
        int dayOf = 0,
        string? leaveOut = null,
        bool reverse = false)
    {
        var credential = _server.Options.Credentials[0];
        var now = TimeProvider.System.GetUtcNow().AddMinutes(minutes);
        var timestamp = now.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var day = now.AddDays(dayOf).ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        region ??= _server.Options.Region;
        var scope = $"{day}/{region}/{service}/aws4_request";
        request.Headers["Host"] = $"127.0.0.1:{_server.Endpoint.Port}";
        request.Headers["x-amz-date"] = timestamp;
        request.Headers.TryAdd("x-amz-content-sha256", SignatureV4.Hash(request.Body));
        var headers = request.Headers.Where(header => header.Key != leaveOut && !(leaveOut == "host" && header.Key == "Host"))
            .Select(header => (Name: header.Key.ToLowerInvariant(), header.Value))
            .OrderBy(header => header.Name, StringComparer.Ordinal).ToList();
        if (reverse)
        {
            headers.Reverse();
        }

        var payload = request.Headers["x-amz-content-sha256"];
        var signingKey = SignatureV4.SigningKey(secret ?? credential.Secret, day, region, service);
        var signature = SignatureV4.Sign(signingKey, SignatureV4.StringToSign(
            timestamp, scope, SignatureV4.CanonicalRequest(request.Method, request.Path, request.Query, headers, payload)));
        request.Headers["Authorization"] =
            $"{SignatureV4.Algorithm} Credential={key ?? credential.AccessKeyId}/{scope}, "
            + $"SignedHeaders={string.Join(';', headers.Select(header => header.Name))}, Signature={signature}";
        return new(signingKey, timestamp, scope, signature, payload);
    }

    private void SignUrl(RawRequest request, int seconds, double minutes, string? region, string? key, string signed)
    {
        var credential = _server.Options.Credentials[0];
        var now = TimeProvider.System.GetUtcNow().AddMinutes(minutes);
        var (timestamp, day) = (now.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture),
            now.ToString("yyyyMMdd", CultureInfo.InvariantCulture));
        region ??= _server.Options.Region;
        var scope = $"{day}/{region}/s3/aws4_request";
        request.Query.AddRange(
        [
            ("X-Amz-Algorithm", SignatureV4.Algorithm), ("X-Amz-Credential", $"{key ?? credential.AccessKeyId}/{scope}"),
            ("X-Amz-Date", timestamp), ("X-Amz-Expires", $"{seconds}"), ("X-Amz-SignedHeaders", signed),
        ]);
        var canonical = SignatureV4.CanonicalRequest(
            request.Method, request.Path, request.Query,
            [(signed, signed == "host" ? $"127.0.0.1:{_server.Endpoint.Port}" : "")], S3Authentication.Unsigned);
        request.Query.Add(("X-Amz-Signature", SignatureV4.Sign(
            SignatureV4.SigningKey(credential.Secret, day, region, "s3"),
            SignatureV4.StringToSign(timestamp, scope, canonical))));
    }

    /// <summary>With another last digit.</summary>
    private static string Flip(string signature) => signature[..^1] + (signature[^1] == '0' ? '1' : '0');
}
