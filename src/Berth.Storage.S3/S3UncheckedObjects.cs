namespace Berth.Storage.S3;

/// <summary>
/// Small objects on a server that ignores conditions: they are checked by reading first, one writer of this process after
/// the other. Another process may write in between, and one of the two writes is then lost.
/// </summary>
public sealed class S3UncheckedObjects : IVersionedObjects
{
    private const int Queues = 64;

    private readonly S3SmallObjects _objects;

    /// <summary>Keys share them by their hash.</summary>
    private readonly SemaphoreSlim[] _queues = [.. Enumerable.Range(0, Queues).Select(_ => new SemaphoreSlim(1))];

    internal S3UncheckedObjects(S3Bucket bucket) => _objects = new(bucket);

    /// <inheritdoc/>
    public async Task<ObjectContent?> ReadAsync(string key, CancellationToken cancellationToken) =>
        await _objects.ReadAsync(_objects.NameOf(key), cancellationToken) is { Bytes.Length: > 0 } content ? content : null;

    /// <inheritdoc/>
    public Task<bool> PutAsync(
        string key, ReadOnlyMemory<byte> content, PutCondition condition, CancellationToken cancellationToken)
    {
        S3SmallObjects.Require(content);
        return WriteAsync(
            key, condition, (name, token) => _objects.PutOnceAsync(name, content, PutCondition.None, token),
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(string key, string? version, CancellationToken cancellationToken) =>
        WriteAsync(
            key, version is null ? PutCondition.None : PutCondition.Matches(version),
            (name, token) => _objects.DeleteOnceAsync(name, version: null, token),
            cancellationToken);

    /// <inheritdoc/>
    public Task<Page<string>> ListAsync(
        string prefix, string? after, int limit, CancellationToken cancellationToken) =>
        _objects.ListAsync(prefix, after, limit, cancellationToken);

    private async Task<bool> WriteAsync(
        string key, PutCondition condition, Func<string, CancellationToken, Task> write,
        CancellationToken cancellationToken)
    {
        var name = _objects.NameOf(key);
        var queue = _queues[(uint)key.GetHashCode(StringComparison.Ordinal) % Queues];
        await queue.WaitAsync(cancellationToken);
        try
        {
            if (condition != PutCondition.None)
            {
                var there = await _objects.ReadAsync(name, cancellationToken) is { Bytes.Length: > 0 } content
                    ? content : null;
                if (condition.MustBeAbsent ? there is not null : there?.Version != condition.Version)
                    return false;
            }

            return await _objects.Tries.RunAsync(
                "write a record", S3Tries.Patience,
                async token =>
                {
                    await write(name, token);
                    return true;
                },
                cancellationToken);
        }
        finally
        {
            queue.Release();
        }
    }
}
