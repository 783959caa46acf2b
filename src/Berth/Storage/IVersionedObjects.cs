namespace Berth.Storage;

/// <summary>
/// Small objects, each a linearizable register with a version: what <see cref="ObjectRecords"/> stands on. Apart from
/// <see cref="IObjectStore"/>, as a store may hold large objects well and have no conditions on writes.
/// </summary>
/// <remarks>
/// Keys, atomicity, durability, ordering and failures are those of <see cref="IObjectStore"/>; a condition that does not
/// hold is an answer, not an exception. An object has 1 to 1,048,576 bytes: an empty one may be how a store remembers
/// that it deleted a version.
/// </remarks>
public interface IVersionedObjects
{
    /// <summary>Reads an object whole, or returns <see langword="null"/> where there is none.</summary>
    Task<ObjectContent?> ReadAsync(string key, CancellationToken cancellationToken);

    /// <summary>Writes an object whole.</summary>
    /// <returns><see langword="false"/> when <paramref name="condition"/> did not hold, and nothing was
    /// written.</returns>
    Task<bool> PutAsync(
        string key, ReadOnlyMemory<byte> content, PutCondition condition, CancellationToken cancellationToken);

    /// <summary>Deletes an object.</summary>
    /// <param name="key">The object's key.</param>
    /// <param name="version">Delete only this version; <see langword="null"/> for whichever there is, absent included.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns><see langword="false"/> when a version was given and the object is absent or of another one.</returns>
    Task<bool> DeleteAsync(string key, string? version, CancellationToken cancellationToken);

    /// <inheritdoc cref="IReadableObjects.ListAsync"/>
    /// <remarks>A page may hold fewer keys than exist and fit; it is empty only when none follow.</remarks>
    Task<Page<string>> ListAsync(string prefix, string? after, int limit, CancellationToken cancellationToken);
}

/// <summary>A small object, whole.</summary>
/// <param name="Bytes">Its bytes.</param>
/// <param name="Version">An opaque value that changes when the bytes do; writing the same bytes again may keep it.</param>
public sealed record ObjectContent(ReadOnlyMemory<byte> Bytes, string Version);

/// <summary>When a write may happen.</summary>
public readonly record struct PutCondition
{
    private PutCondition(bool absent, string? version) => (MustBeAbsent, Version) = (absent, version);

    /// <summary>Always: replace whatever is there.</summary>
    public static PutCondition None => default;

    /// <summary>Only where there is nothing yet.</summary>
    public static PutCondition Absent => new(true, null);

    /// <summary>
    /// Only where there is nothing yet, at an object that is never deleted by version: a store that keeps track of such
    /// deletions need not look for one.
    /// </summary>
    public static PutCondition Unwritten => new(true, null) { IsNeverDeletedByVersion = true };

    /// <summary>Only over this version.</summary>
    public static PutCondition Matches(string version) => new(false, version);

    /// <summary>True for <see cref="Absent"/> and <see cref="Unwritten"/>.</summary>
    public bool MustBeAbsent { get; }

    /// <summary>True for <see cref="Unwritten"/>.</summary>
    public bool IsNeverDeletedByVersion { get; private init; }

    /// <summary>The version given to <see cref="Matches"/>, else <see langword="null"/>.</summary>
    public string? Version { get; }
}
