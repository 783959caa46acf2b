using Microsoft.Extensions.Logging;

namespace Berth.Storage.Oss;

/// <summary>A registry's storage in one bucket of Aliyun OSS.</summary>
public static class OssStorage
{
    /// <summary>Opens it without a call: the client is made when the first request needs it.</summary>
    /// <param name="options">The bucket.</param>
    /// <param name="time">The clock that waits and signed URLs go by.</param>
    /// <param name="logger">Told of what fails in the background.</param>
    /// <exception cref="ArgumentException">The options cannot be used: <see cref="OssStorageOptions.TryCheck"/> says why.</exception>
    public static RegistryStorage Open(OssStorageOptions options, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        var bucket = new OssBucket(options, time);
        return RegistryStorage.Over(new OssObjects(bucket), new OssRecords(bucket, logger));
    }
}
