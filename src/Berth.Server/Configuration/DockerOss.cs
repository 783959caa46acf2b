using Berth.Hosting;

namespace Berth.Server.Configuration;

/// <summary>The Docker registry's driver for Aliyun OSS, of its version 2; version 3 has none.</summary>
internal static class DockerOss
{
    private const string RegionPrefix = "oss-";
    private const string Domain = ".aliyuncs.com";

    /// <summary>The driver.</summary>
    public static DockerDriver Driver { get; } = new("oss")
    {
        Used =
        [
            ("accesskeyid", OssPlace.AccessKeyId, null),
            ("accesskeysecret", OssPlace.AccessKeySecret, null),
            ("bucket", OssPlace.Bucket, null),
            ("internal", OssPlace.Internal, null),
            ("secure", OssPlace.Secure, null),
            ("rootdirectory", OssPlace.Prefix, null),
        ],
        Composed = ["region", "endpoint"],
        Compose = Compose,
        NotNeeded = [("chunksize", "parts are of the size that uploads arrive in")],
        Missed =
        [
            ("encrypt", ["false"], "the bucket's own setting encrypts, or does not"),
            ("encryptionkeyid", [], "the bucket's own setting encrypts, or does not"),
        ],
    };

    private static IEnumerable<Setting> Compose(DockerParameters parameters, ICollection<string> warnings)
    {
        if (parameters.Text("region") is { } region)
            yield return parameters.Setting("region", OssPlace.Region, Region(region));
        if (parameters.Text("endpoint") is { } endpoint)
        {
            yield return parameters.Setting(
                "endpoint", OssPlace.Endpoint, WithoutBucket(endpoint, parameters.Text("bucket")));
        }
    }

    /// <summary>The driver's region is the first label of the region's host.</summary>
    private static string Region(string region) =>
        region.StartsWith(RegionPrefix, StringComparison.OrdinalIgnoreCase) ? region[RegionPrefix.Length..] : region;

    /// <summary>
    /// The driver's endpoint is the bucket's own host. Of OSS's hosts Berth wants the one that serves all buckets of a
    /// region, which tells it where the public one is; any other is the bucket's own here, too.
    /// </summary>
    private static string WithoutBucket(string endpoint, string? bucket) =>
        endpoint.EndsWith(Domain, StringComparison.OrdinalIgnoreCase)
            && bucket is not null && endpoint.StartsWith(bucket + ".", StringComparison.OrdinalIgnoreCase)
            ? endpoint[(bucket.Length + 1)..]
            : endpoint;
}
