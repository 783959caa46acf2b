namespace Berth.Storage;

/// <summary>Reading small objects.</summary>
public static class WholeObject
{
    /// <summary>Reads an object into memory whole; <see langword="null"/> where there is none. One call.</summary>
    /// <param name="objects">The store.</param>
    /// <param name="key">An object that was written small: nothing here bounds it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public static async Task<ReadOnlyMemory<byte>?> ReadWholeAsync(
        this IReadableObjects objects, string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(objects);
        await using var stream = await objects.OpenReadAsync(key, 0, length: null, cancellationToken);
        if (stream is null)
        {
            return null;
        }

        var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, cancellationToken);
        return bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
    }
}
