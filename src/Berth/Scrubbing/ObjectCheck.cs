using System.Buffers;
using System.Security.Cryptography;
using Berth.Content;
using Berth.Storage;
using Berth.Stores;

namespace Berth.Scrubbing;

/// <summary>Reads the object of a blob and says what is wrong with it.</summary>
internal sealed class ObjectCheck(IObjectStore objects, BytePace pace)
{
    private const int BufferSize = 256 * 1024;

    /// <summary>Reads an object to its end, or to the first byte that it should not have.</summary>
    /// <exception cref="StorageException">The store does not answer.</exception>
    public async Task<ObjectState> CheckAsync(StoredBlob blob, Digest digest, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = await objects.OpenReadAsync(blob.Object, 0, length: null, cancellationToken);
            return stream is null
                ? ObjectState.Damaged("its object is missing")
                : await ReadAsync(stream, blob, digest, cancellationToken);
        }
        catch (StorageException e) when (e.IsDamage)
        {
            return ObjectState.Damaged("its object is in pieces of which one is missing or damaged");
        }
        catch (IOException e) when (e is not StorageException)
        {
            return new("its object cannot be read", IsDamaged: false); // by this machine, now: marking it would be too soon
        }
    }

    private async Task<ObjectState> ReadAsync(
        Stream stream, StoredBlob blob, Digest digest, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(digest.Algorithm.Name());
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            long length = 0;
            int count;
            while (length <= blob.Size && (count = await stream.ReadAsync(buffer, cancellationToken)) > 0)
            {
                hash.AppendData(buffer, 0, count);
                length += count;
                await pace.WaitAsync(count, cancellationToken);
            }
            if (length != blob.Size)
            {
                return ObjectState.Damaged(length < blob.Size
                    ? $"its object ends {blob.Size - length} of {blob.Size} bytes too early"
                    : $"its object is longer than its {blob.Size} bytes");
            }
            return Digest.FromHash(digest.Algorithm, hash.GetHashAndReset()) == digest
                ? ObjectState.Intact
                : ObjectState.Damaged("its object holds other bytes");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}

/// <summary>What an object is like.</summary>
/// <param name="Problem">What is wrong; <see langword="null"/> where nothing is.</param>
/// <param name="IsDamaged">Whether it will stay so.</param>
internal sealed record ObjectState(string? Problem, bool IsDamaged)
{
    public static ObjectState Intact { get; } = new(null, IsDamaged: false);

    public static ObjectState Damaged(string problem) => new(problem, IsDamaged: true);
}
