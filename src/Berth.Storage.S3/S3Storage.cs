using Microsoft.Extensions.Logging;

namespace Berth.Storage.S3;

/// <summary>A registry's storage in one bucket of S3, or of a server that speaks its language.</summary>
public static class S3Storage
{
    /// <summary>Opens it without a call: the client is made when the first request needs it.</summary>
    /// <param name="options">The bucket.</param>
    /// <param name="time">The clock that waits go by.</param>
    /// <param name="logger">Told of what fails in the background.</param>
    public static RegistryStorage Open(S3StorageOptions options, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        throw new StorageException("the s3 provider is not finished");
    }
}
