using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Berth.TestTools.ObjectServer;

/// <summary>Finds out who asks: by the Authorization header or by the query, in version 1 or 4, never by two of them.</summary>
internal sealed class OssAuthentication(OssServerOptions options)
{
    private const string TimestampFormat = "yyyyMMdd'T'HHmmss'Z'";

    private static readonly TimeSpan MaximumSkew = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan MaximumLifetime = TimeSpan.FromDays(7);

    /// <summary>Verifies the signature.</summary>
    /// <exception cref="ServiceException">It is none, or not right.</exception>
    public void Verify(ServerRequest request)
    {
        var header = request.Header("Authorization");
        var isV4InQuery = request.Parameter("x-oss-signature") is not null
            || request.Parameter("x-oss-signature-version") is not null;
        var isV1InQuery = request.Parameter("Signature") is not null || request.Parameter("OSSAccessKeyId") is not null;
        switch ((header, isV1InQuery, isV4InQuery))
        {
            case (null, false, false):
                throw new ServiceException(403, "AccessDenied", "Anonymous access is forbidden for this operation.");
            case (null, true, false):
                VerifyV1Query(request);
                break;
            case (null, false, true):
                VerifyV4Query(request);
                break;
            case ({ } given, false, false) when given.StartsWith("OSS ", StringComparison.Ordinal):
                VerifyV1Header(request, given);
                break;
            case ({ } given, false, false) when given.StartsWith($"{OssSignature.Algorithm} ", StringComparison.Ordinal):
                VerifyV4Header(request, given);
                break;
            case (_, false, false):
                throw Invalid("The format of the Authorization header is invalid.");
            default:
                throw Invalid("Only one auth mechanism allowed: the Authorization header or the parameters of a signed URL.");
        }
    }

    private static ServiceException Invalid(string message) => new(400, "InvalidArgument", message);

    private static ServiceException Denied(string message) => new(403, "AccessDenied", message);

    private void VerifyV1Header(ServerRequest request, string header)
    {
        if (header["OSS ".Length..].Split(':') is not [{ Length: > 0 } id, { Length: > 0 } signature])
        {
            throw Invalid("The Authorization header is not OSS AccessKeyId:Signature.");
        }

        // With x-oss-date there, it is signed as one of the x-oss headers, and Date as Date all the same.
        var date = request.Header("Date");
        VerifyTime(request, date);
        VerifyV1(request, id, request.Header("x-oss-security-token"), date ?? "", signature, request.Query);
    }

    private void VerifyV1Query(ServerRequest request)
    {
        var expires = Required(request, "Expires");
        if (!long.TryParse(expires, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            throw Denied("Expires must be a number.");
        }

        if (options.Time.GetUtcNow().ToUnixTimeSeconds() > seconds)
        {
            throw Denied("Request has expired.");
        }

        VerifyV1(
            request, Required(request, "OSSAccessKeyId"), request.Parameter("security-token"), expires,
            Required(request, "Signature"), request.Query);
    }

    private void VerifyV1(
        ServerRequest request,
        string id,
        string? token,
        string date,
        string signature,
        IEnumerable<(string Name, string Value)> query)
    {
        if (!options.AllowsV1)
        {
            throw Invalid("Only signatures of version 4 are taken.");
        }

        var stringToSign = OssSignature.StringToSignV1(request.Method, date, Resource(request), query, Headers(request));
        Compare(OssSignature.SignV1(FindSecret(id, token), stringToSign), signature, id, stringToSign, "");
    }

    private void VerifyV4Header(ServerRequest request, string header)
    {
        var fields = header[OssSignature.Algorithm.Length..].Split(',', StringSplitOptions.TrimEntries)
            .Select(field => field.Split('=', 2)).ToLookup(field => field[0], field => field.ElementAtOrDefault(1));
        string Field(string name) => fields[name].SingleOrDefault() is { Length: > 0 } value
            ? value
            : throw Invalid($"The Authorization header needs one {name}.");
        if (request.Header("x-oss-content-sha256") != OssSignature.Unsigned)
        {
            throw Invalid($"x-oss-content-sha256 must be {OssSignature.Unsigned}.");
        }

        var timestamp = VerifyTime(request, request.Header("Date"));
        VerifyV4(
            request, Field("Credential"), request.Header("x-oss-security-token"), timestamp,
            fields["AdditionalHeaders"].SingleOrDefault(), Field("Signature"), request.Query);
    }

    private void VerifyV4Query(ServerRequest request)
    {
        if (Required(request, "x-oss-signature-version") != OssSignature.Algorithm)
        {
            throw Invalid($"x-oss-signature-version must be {OssSignature.Algorithm}.");
        }

        var timestamp = Required(request, "x-oss-date");
        if (!TryParse(timestamp, TimestampFormat, out var time))
        {
            throw Invalid("x-oss-date must be such as 20231203T121212Z.");
        }

        if (!int.TryParse(Required(request, "x-oss-expires"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || seconds < 1 || seconds > MaximumLifetime.TotalSeconds)
        {
            throw Invalid("x-oss-expires must be a number of seconds from 1 to 604800.");
        }

        var now = options.Time.GetUtcNow();
        if (time - now > MaximumSkew)
        {
            throw Denied("Request is not yet valid.");
        }

        if (now > time.AddSeconds(seconds))
        {
            throw Denied("Request has expired.");
        }

        VerifyV4(
            request, Required(request, "x-oss-credential"), request.Parameter("x-oss-security-token"), timestamp,
            request.Parameter("x-oss-additional-headers"), Required(request, "x-oss-signature"),
            request.Query.Where(pair => pair.Name != "x-oss-signature"));
    }

    private void VerifyV4(
        ServerRequest request,
        string credential,
        string? token,
        string timestamp,
        string? additionalHeaders,
        string signature,
        IEnumerable<(string Name, string Value)> query)
    {
        if (credential.Split('/') is not [{ Length: > 0 } id, var date, var region, "oss", "aliyun_v4_request"]
            || !timestamp.StartsWith(date, StringComparison.Ordinal) || date.Length != 8)
        {
            throw Invalid($"The credential is not AccessKeyId/SignDate/Region/oss/aliyun_v4_request: {credential}");
        }

        if (region != options.Region)
        {
            throw Invalid($"Invalid signing region in Authorization header: {region}, not {options.Region}.");
        }

        var additional = additionalHeaders?.Split(';') ?? [];
        if (additional.Any(name => OssSignature.IsAlwaysSigned(name) || request.Header(name) is null && name != "host")
            || !additional.SequenceEqual(additional.Distinct().Order(StringComparer.Ordinal)))
        {
            throw Invalid($"Additional headers must be there, in order, and not such as are signed always: {additionalHeaders}");
        }

        var canonical = OssSignature.CanonicalRequest(request.Method, Resource(request), query, Headers(request), additional);
        var stringToSign = OssSignature.StringToSign(timestamp, $"{date}/{region}/oss/aliyun_v4_request", canonical);
        Compare(OssSignature.SignV4(FindSecret(id, token), date, region, stringToSign), signature, id, stringToSign, canonical);
    }

    /// <summary>The bucket is part of what is signed, wherever in the URL it stands.</summary>
    private static string Resource(ServerRequest request) =>
        request.Bucket.Length == 0 ? "/" : $"/{request.Bucket}/{request.Key}";

    private static IEnumerable<(string Name, string Value)> Headers(ServerRequest request) =>
        request.Headers.Select(header => (header.Key, header.Value));

    private static string Required(ServerRequest request, string name) =>
        request.Query.Count(pair => pair.Name == name) == 1 && request.Parameter(name) is { Length: > 0 } value
            ? value
            : throw Invalid($"A signed URL needs one {name}.");

    private static bool TryParse(string? text, string format, out DateTimeOffset time) => DateTimeOffset.TryParseExact(
        text, format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);

    /// <summary>The time of a request that is signed in its header.</summary>
    /// <returns>As it is signed in version 4.</returns>
    private string VerifyTime(ServerRequest request, string? date)
    {
        var own = request.Header("x-oss-date");
        if (!(own is not null
            ? TryParse(own, TimestampFormat, out var time) || TryParse(own, "R", out time)
            : TryParse(date, "R", out time)))
        {
            throw Denied("OSS authentication requires a valid Date.");
        }

        return (options.Time.GetUtcNow() - time).Duration() <= MaximumSkew
            ? time.ToString(TimestampFormat, CultureInfo.InvariantCulture)
            : throw new ServiceException(
                403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large.",
                ("MaxAllowedSkewMilliseconds", "900000"), ("RequestTime", time.ToString("s", CultureInfo.InvariantCulture)));
    }

    private string FindSecret(string id, string? token)
    {
        var credential = options.Credentials.FirstOrDefault(known => known.AccessKeyId == id)
            ?? throw new ServiceException(
                403, "InvalidAccessKeyId", "The OSS Access Key Id you provided does not exist in our records.",
                ("OSSAccessKeyId", id));
        return credential.Token == token
            ? credential.Secret
            : throw new ServiceException(403, "InvalidSecurityToken", "The security token you provided is invalid.");
    }

    private static void Compare(string expected, string given, string id, string stringToSign, string canonical)
    {
        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(given)))
        {
            throw new ServiceException(
                403, "SignatureDoesNotMatch",
                "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
                ("OSSAccessKeyId", id), ("SignatureProvided", given), ("StringToSign", stringToSign),
                ("CanonicalRequest", canonical));
        }
    }
}
