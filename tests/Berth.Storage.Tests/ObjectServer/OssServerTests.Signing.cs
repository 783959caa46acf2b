using System.Globalization;
using System.Text;
using Berth.TestTools.ObjectServer;

namespace Berth.Storage.Tests.ObjectServer;

/// <summary>Requests and their signatures, right in everything but what a test makes wrong.</summary>
public sealed partial class OssServerTests
{
    private RawRequest Put(string key, string content) => new()
    {
        Method = "PUT",
        Path = $"/{_server.Options.Bucket}/{key}",
        Body = Encoding.UTF8.GetBytes(content),
        Headers = { ["Content-Type"] = "text/plain" },
    };

    private Task<RawAnswer> SendAsync(RawRequest request, string version = "V4")
    {
        Sign(request, version);
        return request.SendAsync(_server.Endpoint);
    }

    private async Task<(int Status, string Code)> StatusAsync(RawRequest request, string version = "V4")
    {
        var answer = await SendAsync(request, version);
        return (answer.Status, answer.Code);
    }

    private void Sign(
        RawRequest request,
        string version,
        string? secret = null,
        string? key = null,
        double minutes = 0,
        string? region = null,
        string payload = OssSignature.Unsigned)
    {
        var credential = _server.Options.Credentials[0];
        var now = TimeProvider.System.GetUtcNow().AddMinutes(minutes);
        secret ??= credential.Secret;
        key ??= credential.AccessKeyId;
        request.Headers["Date"] = now.ToString("R", CultureInfo.InvariantCulture);
        var headers = request.Headers.Select(header => (header.Key, header.Value));
        if (version == "V1")
        {
            request.Headers["Authorization"] = $"OSS {key}:" + OssSignature.SignV1(secret, OssSignature.StringToSignV1(
                request.Method, request.Headers["Date"], request.Path, request.Query, headers));
            return;
        }

        var timestamp = now.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var scope = $"{timestamp[..8]}/{region ?? _server.Options.Region}/oss/aliyun_v4_request";
        request.Headers["x-oss-date"] = timestamp;
        request.Headers["x-oss-content-sha256"] = payload;
        var canonical = OssSignature.CanonicalRequest(request.Method, request.Path, request.Query, headers, []);
        request.Headers["Authorization"] = $"{OssSignature.Algorithm} Credential={key}/{scope},Signature=" + OssSignature.SignV4(
            secret, timestamp[..8], region ?? _server.Options.Region, OssSignature.StringToSign(timestamp, scope, canonical));
    }

    private void SignUrl(RawRequest request, string version, int seconds)
    {
        var credential = _server.Options.Credentials[0];
        var now = TimeProvider.System.GetUtcNow();
        if (version == "V1")
        {
            var expires = $"{now.ToUnixTimeSeconds() + seconds}";
            var signature = OssSignature.SignV1(credential.Secret, OssSignature.StringToSignV1(
                request.Method, expires, request.Path, request.Query, []));
            request.Query.AddRange([("Expires", expires), ("OSSAccessKeyId", credential.AccessKeyId), ("Signature", signature)]);
            return;
        }

        var timestamp = (seconds < 0 ? now.AddMinutes(-10) : now).ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var scope = $"{timestamp[..8]}/{_server.Options.Region}/oss/aliyun_v4_request";
        request.Query.AddRange(
        [
            ("x-oss-signature-version", OssSignature.Algorithm), ("x-oss-date", timestamp),
            ("x-oss-expires", $"{Math.Abs(seconds)}"), ("x-oss-credential", $"{credential.AccessKeyId}/{scope}"),
        ]);
        var canonical = OssSignature.CanonicalRequest(request.Method, request.Path, request.Query, [], []);
        request.Query.Add(("x-oss-signature", OssSignature.SignV4(
            credential.Secret, timestamp[..8], _server.Options.Region, OssSignature.StringToSign(timestamp, scope, canonical))));
    }

    /// <summary>With another character near the end.</summary>
    private static string Flip(string signature) =>
        signature[..^3] + (signature[^3] == '0' ? '1' : '0') + signature[^2..];
}
