using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Berth.Storage.FileSystem;

/// <summary>
/// One writer per key at a time, among all processes over one folder: 256 locks that keys share by their hash. Within
/// the
/// process a queue, between processes an exclusive lock on an empty file, which the system lets go when a process dies.
/// </summary>
internal sealed class StripedLocks
{
    private const int Stripes = 256;

    /// <summary>
    /// The longest wait before another process's lock is tried again, in milliseconds; it is held about one.
    /// </summary>
    private const int MaximumWait = 8;

    private readonly string _folder;
    private readonly SemaphoreSlim[] _queues = [.. Enumerable.Range(0, Stripes).Select(_ => new SemaphoreSlim(1))];

    /// <exception cref="StorageException">The file system has no locks, so that two processes would overwrite each
    /// other.</exception>
    public StripedLocks(string folder)
    {
        _folder = folder;
        var probe = Path.Join(folder, $"probe-{Guid.NewGuid():N}");
        try
        {
            using var first = TryLock(probe);
            using var second = TryLock(probe);
            if (second is not null)
            {
                throw new StorageException($"The file system of {folder} does not honour file locks.");
            }
        }
        finally
        {
            File.Delete(probe);
        }
    }

    /// <inheritdoc cref="HoldAsync{T}(string, Func{Task{T}}, CancellationToken)"/>
    public Task<T> HoldAsync<T>(string key, Func<T> action, CancellationToken cancellationToken) =>
        HoldAsync(key, () => Task.FromResult(action()), cancellationToken);

    /// <summary>
    /// Runs an action, which should be short, while no other process or thread runs one for the same key.
    /// </summary>
    public async Task<T> HoldAsync<T>(string key, Func<Task<T>> action, CancellationToken cancellationToken)
    {
        // The same in every process, which string.GetHashCode is not.
        var stripe = SHA256.HashData(Encoding.UTF8.GetBytes(key))[0];
        var path = Path.Join(_folder, stripe.ToString("x2", CultureInfo.InvariantCulture));
        await _queues[stripe].WaitAsync(cancellationToken);
        try
        {
            SafeFileHandle? handle;
            while ((handle = TryLock(path)) is null)
            {
                // Random, lest two processes that wait for each other's bursts stay in step.
                await Task.Delay(Random.Shared.Next(1, MaximumWait + 1), cancellationToken);
            }

            using (handle)
            {
                return await action();
            }
        }
        finally
        {
            _queues[stripe].Release();
        }
    }

    private static SafeFileHandle? TryLock(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (Files.IsSharingViolation(exception))
        {
            return null;
        }
    }
}
