using Microsoft.Extensions.Logging;

namespace Berth.Storage.S3;

/// <summary>A registry's storage in one bucket of S3, or of a server that speaks its language.</summary>
public static class S3Storage
{
    /// <summary>Opens it without a call: the client is made when the first request needs it.</summary>
    /// <param name="options">The bucket.</param>
    /// <param name="time">The clock that waits and signed URLs go by.</param>
    /// <param name="logger">Told of each request that is sent again.</param>
    public static RegistryStorage Open(S3StorageOptions options, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        var bucket = new S3Bucket(options, time, logger);
        return RegistryStorage.Over(new S3Objects(bucket), RecordsOf(bucket));
    }

    internal static IVersionedObjects RecordsOf(S3Bucket bucket) =>
        bucket.Options.AllowUnconditionalWrites ? new S3UncheckedObjects(bucket) : new S3VersionedObjects(bucket);
}
