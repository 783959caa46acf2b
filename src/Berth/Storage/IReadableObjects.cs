namespace Berth.Storage;

/// <summary>What can be read and listed: an <see cref="IObjectStore"/>, or files that somebody else wrote.</summary>
public interface IReadableObjects
{
    /// <summary>The size of an object, or <see langword="null"/> where there is none.</summary>
    Task<ObjectInfo?> StatAsync(string key, CancellationToken cancellationToken);

    /// <summary>Opens an object's bytes for reading.</summary>
    /// <param name="key">The object's key.</param>
    /// <param name="offset">The first byte wanted, from 0 up to and including the object's size.</param>
    /// <param name="length">How many bytes at the most; <see langword="null"/> for all that follow.</param>
    /// <param name="cancellationToken">Ends the opening; reads take their own.</param>
    /// <returns>A stream that the caller disposes, or <see langword="null"/> where there is no object.</returns>
    Task<Stream?> OpenReadAsync(string key, long offset, long? length, CancellationToken cancellationToken);

    /// <summary>Lists the keys that begin with a prefix in ordinal order, in one call to the store.</summary>
    /// <remarks>By UTF-16 units or by UTF-8 bytes: these differ only between characters from U+E000 to U+FFFF and
    /// those beyond, which callers do not list together.</remarks>
    /// <param name="prefix">The empty string; whole segments ending with <c>/</c>; or those and the beginning of another
    /// one, as <c>objects/0a/b</c>.</param>
    /// <param name="after">Only keys ordinally greater than this whole key, which need not exist nor begin
    /// with the prefix; <see langword="null"/> for the first page.</param>
    /// <param name="limit">The most keys returned, 1 to 1,000.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<Page<string>> ListAsync(string prefix, string? after, int limit, CancellationToken cancellationToken);
}
