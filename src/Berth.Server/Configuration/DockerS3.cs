using System.Globalization;
using Berth.Hosting;
using Berth.Storage.S3;

namespace Berth.Server.Configuration;

/// <summary>The Docker registry's S3 driver, of its versions 2 and 3.</summary>
internal static class DockerS3
{
    /// <summary>The driver.</summary>
    public static DockerDriver Driver { get; } = new("s3")
    {
        Used =
        [
            ("bucket", S3Place.Bucket, null),
            ("region", S3Place.Region, null),
            ("accesskey", S3Place.AccessKeyId, null),
            ("secretkey", S3Place.SecretAccessKey, null),
            ("sessiontoken", S3Place.SessionToken, null),
            ("redirectendpoint", S3Place.PublicEndpoint, null),
            ("forcepathstyle", S3Place.ForcePathStyle, null),
            ("rootdirectory", S3Place.Prefix, null),
            ("storageclass", S3Place.StorageClass, StorageClass),
        ],
        Composed = ["regionendpoint", "secure", "encrypt", "keyid", "chunksize"],
        Compose = Compose,
        NotNeeded =
        [
            ("multipartcopychunksize", "nothing is copied"),
            ("multipartcopymaxconcurrency", "nothing is copied"),
            ("multipartcopythresholdsize", "nothing is copied"),
        ],
        Missed =
        [
            ("accelerate", ["false"], "requests and downloads go to the endpoint of the region"),
            ("loglevel", ["off", "false"], "requests to the store are not logged"),
            ("objectacl", ["private"], "objects belong to the bucket and get no ACL of their own"),
            ("skipverify", ["false"], "certificates are verified; SSL_CERT_FILE names a file of those to trust"),
            ("usedualstack", ["false"], "set AWS_USE_DUALSTACK_ENDPOINT=true in the environment"),
            ("usefipsendpoint", ["false"], "set AWS_USE_FIPS_ENDPOINT=true in the environment"),
            ("useragent", [], "requests carry the SDK's own"),
            ("v4auth", ["true"], "requests are signed with version 4"),
        ],
    };

    private static IEnumerable<Setting> Compose(DockerParameters parameters, ICollection<string> warnings) =>
        [
            .. Endpoint(parameters, warnings),
            .. Encryption(parameters, warnings),
            .. PartSize(parameters, warnings),
        ];

    /// <summary>
    /// With an endpoint the bucket stands in the path unless forcepathstyle says otherwise, as in version 2; version 3
    /// demands that it be said.
    /// </summary>
    private static IEnumerable<Setting> Endpoint(DockerParameters parameters, ICollection<string> warnings)
    {
        var isSecure = parameters.Flag("secure") ?? true;
        if (parameters.Text("regionendpoint") is { } endpoint)
        {
            var scheme = endpoint.Contains("://", StringComparison.Ordinal) ? "" : isSecure ? "https://" : "http://";
            yield return parameters.Setting("regionendpoint", S3Place.Endpoint, scheme + endpoint);
        }
        else if (!isSecure)
        {
            warnings.Add(parameters.Unused("secure", "Amazon S3 is reached by HTTPS"));
        }
    }

    private static IEnumerable<Setting> Encryption(DockerParameters parameters, ICollection<string> warnings)
    {
        var key = parameters.Text("keyid");
        if (parameters.Flag("encrypt") is { } isEncrypted)
        {
            yield return parameters.Setting(
                "encrypt", S3Place.ServerSideEncryption, !isEncrypted ? "none" : key is null ? "AES256" : "aws:kms");
            if (isEncrypted && key is not null)
                yield return parameters.Setting("keyid", S3Place.KmsKeyId, key);
        }

        if (key is not null && parameters.Flag("encrypt") is not true)
            warnings.Add(parameters.Unused("keyid", "encrypt is not true, and the bucket decides"));
    }

    /// <summary>A size that Berth's own parts may have anyway is no reason for parts of one size.</summary>
    private static IEnumerable<Setting> PartSize(DockerParameters parameters, ICollection<string> warnings)
    {
        const string name = "chunksize";
        if (parameters.Text(name) is not { } text)
            yield break;
        if (!TryInteger(text, out var size))
            throw parameters.Refusal(name, $"\"{text}\" is not accepted; write a number of bytes");
        if (size > S3StorageOptions.LargestPartSize)
            warnings.Add(parameters.Unused(name, $"parts have at most {S3StorageOptions.LargestPartSize >> 20}MiB"));
        if (size > S3StorageOptions.SmallestPartSize)
        {
            yield return parameters.Setting(
                name, S3Place.PartSize,
                Math.Min(size, S3StorageOptions.LargestPartSize).ToString(CultureInfo.InvariantCulture));
        }
    }

    private static bool TryInteger(string text, out long value) =>
        text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private static string StorageClass(string value) =>
        value.Equals("none", StringComparison.OrdinalIgnoreCase) ? "" : value.ToUpperInvariant();
}
