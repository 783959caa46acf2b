using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Berth.TestTools.ObjectServer;

/// <summary>Finds out who asks: by the Authorization header or by the query, never by both.</summary>
internal sealed class S3Authentication(S3ServerOptions options)
{
    public const string Unsigned = "UNSIGNED-PAYLOAD";

    private const string TimestampFormat = "yyyyMMdd'T'HHmmss'Z'";
    private const string Service = "s3";

    private static readonly TimeSpan MaximumSkew = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan MaximumLifetime = TimeSpan.FromDays(7);

    /// <summary>Verifies the signature.</summary>
    /// <param name="request">The request.</param>
    /// <param name="path">Its path, decoded.</param>
    /// <returns>What the body is to be verified with.</returns>
    public VerifiedSignature Verify(ServerRequest request, string path)
    {
        var header = request.Header("Authorization");
        var isInQuery = request.Parameter("X-Amz-Algorithm") is not null || request.Parameter("X-Amz-Signature") is not null;
        if (request.Parameter("AWSAccessKeyId") is not null || header?.StartsWith("AWS ", StringComparison.Ordinal) == true)
        {
            throw new ServiceException(
                400, "InvalidRequest",
                "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.");
        }

        if (header is not null && (isInQuery || request.Parameter("Signature") is not null))
        {
            throw new ServiceException(
                400, "InvalidArgument",
                "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or "
                + "the Authorization header should be specified",
                ("ArgumentName", "Authorization"), ("ArgumentValue", header));
        }

        return header is not null ? VerifyHeader(request, path, header)
            : isInQuery ? VerifyQuery(request, path)
            : throw AccessDenied("Access Denied");
    }

    private static ServiceException AccessDenied(string message, params (string Name, string Value)[] details) =>
        new(403, "AccessDenied", message, details);

    private static ServiceException MalformedHeader(string message, params (string Name, string Value)[] details) =>
        new(400, "AuthorizationHeaderMalformed", $"The authorization header is malformed; {message}", details);

    private static ServiceException MalformedQuery(string message) =>
        new(400, "AuthorizationQueryParametersError", message);

    private VerifiedSignature VerifyHeader(ServerRequest request, string path, string header)
    {
        if (!header.StartsWith($"{SignatureV4.Algorithm} ", StringComparison.Ordinal))
        {
            throw new ServiceException(
                400, "InvalidArgument", "Unsupported Authorization Type",
                ("ArgumentName", "Authorization"), ("ArgumentValue", header));
        }

        var fields = header[SignatureV4.Algorithm.Length..].Split(',', StringSplitOptions.TrimEntries)
            .Select(field => field.Split('=', 2)).ToLookup(field => field[0], field => field.ElementAtOrDefault(1));
        string Field(string name) => fields[name].SingleOrDefault() is { Length: > 0 } value && fields.Count == 3
            ? value
            : throw MalformedHeader($"the fields must be Credential, SignedHeaders and Signature, once each: '{name}' is not.");
        var scope = ParseScope(Field("Credential"), message => MalformedHeader(message));
        if (scope.Region != options.Region)
        {
            throw MalformedHeader(
                $"the region '{scope.Region}' is wrong; expecting '{options.Region}'", ("Region", options.Region));
        }

        var payload = request.Header("x-amz-content-sha256") ?? throw new ServiceException(
            400, "InvalidRequest", "Missing required header for this request: x-amz-content-sha256");
        var (timestamp, time) = FindTime(request);
        if (!timestamp.StartsWith(scope.Date, StringComparison.Ordinal))
        {
            throw MalformedHeader($"Invalid credential date \"{scope.Date}\". This date is not the same as X-Amz-Date: \"{timestamp}\".");
        }

        if ((options.Time.GetUtcNow() - time).Duration() > MaximumSkew)
        {
            throw new ServiceException(
                403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large.",
                ("RequestTime", timestamp), ("MaxAllowedSkewMilliseconds", "900000"));
        }

        var secret = FindSecret(scope, request.Header("x-amz-security-token"));
        return VerifySignature(
            request, path, secret, scope, timestamp, request.Query, Field("SignedHeaders"), Field("Signature"), payload);
    }

    private VerifiedSignature VerifyQuery(ServerRequest request, string path)
    {
        string Parameter(string name) => request.Query.Count(pair => pair.Name == name) == 1
            && request.Parameter(name) is { Length: > 0 } value
                ? value
                : throw MalformedQuery(
                    "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, "
                    + "X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.");
        if (Parameter("X-Amz-Algorithm") != SignatureV4.Algorithm)
        {
            throw MalformedQuery($"X-Amz-Algorithm only supports \"{SignatureV4.Algorithm}\"");
        }

        var scope = ParseScope(Parameter("X-Amz-Credential"), message => MalformedQuery($"Error parsing the X-Amz-Credential parameter; {message}"));
        if (scope.Region != options.Region)
        {
            throw MalformedQuery(
                $"Error parsing the X-Amz-Credential parameter; the region '{scope.Region}' is wrong; expecting '{options.Region}'");
        }

        var timestamp = Parameter("X-Amz-Date");
        if (!TryParse(timestamp, TimestampFormat, out var time) || !timestamp.StartsWith(scope.Date, StringComparison.Ordinal))
        {
            throw MalformedQuery("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\", of the credential's day");
        }

        if (!int.TryParse(Parameter("X-Amz-Expires"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || seconds < 1 || seconds > MaximumLifetime.TotalSeconds)
        {
            throw MalformedQuery("X-Amz-Expires must be a number of seconds from 1 to 604800");
        }

        var now = options.Time.GetUtcNow();
        if (time - now > MaximumSkew)
        {
            throw AccessDenied("Request is not yet valid");
        }

        if (now > time.AddSeconds(seconds))
        {
            throw AccessDenied(
                "Request has expired", ("X-Amz-Expires", $"{seconds}"), ("Expires", $"{time.AddSeconds(seconds):s}Z"), ("ServerTime", $"{now:s}Z"));
        }

        var secret = FindSecret(scope, request.Parameter("X-Amz-Security-Token"));
        return VerifySignature(
            request, path, secret, scope, timestamp, [.. request.Query.Where(pair => pair.Name != "X-Amz-Signature")],
            Parameter("X-Amz-SignedHeaders"), Parameter("X-Amz-Signature"), request.Header("x-amz-content-sha256") ?? Unsigned);
    }

    private static VerifiedSignature VerifySignature(
        ServerRequest request,
        string path,
        string secret,
        Scope scope,
        string timestamp,
        IReadOnlyList<(string Name, string Value)> query,
        string signedHeaders,
        string signature,
        string payload)
    {
        var names = signedHeaders.Split(';');
        var unsigned = request.Headers.Keys.Select(name => name.ToLowerInvariant())
            .Where(name => name.StartsWith("x-amz-", StringComparison.Ordinal) || name == "host")
            .Except(names).ToList();
        if (unsigned.Count > 0)
        {
            throw AccessDenied(
                "There were headers present in the request which were not signed",
                ("HeadersNotSigned", string.Join(", ", unsigned)));
        }

        var canonical = SignatureV4.CanonicalRequest(
            request.Method, path, query, [.. names.Select(name => (name, request.Header(name) ?? ""))], payload);
        var stringToSign = SignatureV4.StringToSign(timestamp, scope.Text, canonical);
        var key = SignatureV4.SigningKey(secret, scope.Date, scope.Region, Service);
        var isInOrder = names.SequenceEqual(names.Distinct().OrderBy(name => name, StringComparer.Ordinal))
            && !signedHeaders.Any(char.IsAsciiLetterUpper);
        return isInOrder && Equal(SignatureV4.Sign(key, stringToSign), signature)
            ? new(key, timestamp, scope.Text, signature, payload)
            : throw new ServiceException(
                403, "SignatureDoesNotMatch",
                "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
                ("AWSAccessKeyId", scope.AccessKeyId), ("StringToSign", stringToSign), ("SignatureProvided", signature),
                ("CanonicalRequest", canonical));
    }

    public static bool Equal(string expected, string given) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(given));

    private static Scope ParseScope(string credential, Func<string, ServiceException> malformed)
    {
        // The access key may hold slashes itself.
        var parts = credential.Split('/');
        if (parts.Length < 5 || parts[^1] != "aws4_request" || parts[^2] != Service || !TryParse(parts[^4], "yyyyMMdd", out _))
        {
            throw malformed(
                $"the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/{Service}/aws4_request\": {credential}");
        }

        return new(string.Join('/', parts[..^4]), parts[^4], parts[^3]);
    }

    private static (string Timestamp, DateTimeOffset Time) FindTime(ServerRequest request)
    {
        if (request.Header("x-amz-date") is { } timestamp && TryParse(timestamp, TimestampFormat, out var time))
        {
            return (timestamp, time);
        }

        return request.Header("x-amz-date") is null && request.Header("Date") is { } date && TryParse(date, "R", out time)
            ? (time.ToString(TimestampFormat, CultureInfo.InvariantCulture), time)
            : throw AccessDenied("AWS authentication requires a valid Date or x-amz-date header");
    }

    private static bool TryParse(string text, string format, out DateTimeOffset time) => DateTimeOffset.TryParseExact(
        text, format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);

    private string FindSecret(Scope scope, string? token)
    {
        var credential = options.Credentials.FirstOrDefault(known => known.AccessKeyId == scope.AccessKeyId)
            ?? throw new ServiceException(
                403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.",
                ("AWSAccessKeyId", scope.AccessKeyId));
        return credential.Token == token
            ? credential.Secret
            : throw new ServiceException(
                400, "InvalidToken", "The provided token is malformed or otherwise invalid.", ("Token-0", token ?? ""));
    }

    private readonly record struct Scope(string AccessKeyId, string Date, string Region)
    {
        public string Text => $"{Date}/{Region}/{Service}/aws4_request";
    }
}

/// <summary>A signature that was found right, which that of the first chunk stands on.</summary>
/// <param name="Key">The signing key.</param>
/// <param name="Timestamp">As it was signed.</param>
/// <param name="Scope">Date, region and service, as they were signed.</param>
/// <param name="Signature">In hexadecimal digits.</param>
/// <param name="Payload">What x-amz-content-sha256 says.</param>
internal sealed record VerifiedSignature(byte[] Key, string Timestamp, string Scope, string Signature, string Payload);
