using System.Runtime.CompilerServices;
using System.Text;

namespace Berth.Storage;

/// <summary>
/// The grammar of keys that <see cref="IObjectStore"/> and <see cref="IRecordStore"/> document, checked by every
/// provider
/// before it calls its store. No message quotes the key, which may hold anything.
/// </summary>
public static class StorageKey
{
    /// <summary>The longest segment, in UTF-16 units.</summary>
    public const int MaximumSegmentLength = 255;

    /// <summary>
    /// The longest key, in UTF-8 bytes. Cloud stores end at 1,023; a path on a disk, where a byte may take three, at
    /// 4,095.
    /// </summary>
    public const int MaximumLength = 900;

    /// <summary>The longest partition, in UTF-16 units.</summary>
    public const int MaximumPartitionLength = 512;

    /// <summary>The longest partition and row together, in UTF-8 bytes.</summary>
    public const int MaximumRecordKeySize = 800;

    /// <summary>The longest root of a tree of records, in UTF-16 units.</summary>
    public const int MaximumRootLength = 64;

    /// <summary>The most entries of one page.</summary>
    public const int MaximumPageLimit = 1000;

    /// <summary>Throws on unpaired surrogates, which have no place in any store's UTF-8.</summary>
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Checks an object's key, or a record's partition.</summary>
    /// <exception cref="ArgumentException">The key is malformed.</exception>
    public static void Require(string key, [CallerArgumentExpression(nameof(key))] string? name = null)
    {
        ArgumentNullException.ThrowIfNull(key, name);
        foreach (var range in key.AsSpan().Split('/'))
        {
            var length = key.AsSpan()[range].Length;
            if (length is 0 or > MaximumSegmentLength)
            {
                throw new ArgumentException($"A segment of a key has 1 to {MaximumSegmentLength} characters.", name);
            }
        }

        RequireSize(SizeOf(key, name), MaximumLength, name);
    }

    /// <summary>Checks a record's row.</summary>
    /// <exception cref="ArgumentException">The row is malformed.</exception>
    public static void RequireSegment(string segment, [CallerArgumentExpression(nameof(segment))] string? name = null)
    {
        Require(segment, name);
        if (segment.Contains('/'))
        {
            throw new ArgumentException("A row is one segment.", name);
        }
    }

    /// <summary>Checks a record's key.</summary>
    /// <exception cref="ArgumentException">The partition or the row is malformed, or both together are too
    /// long.</exception>
    public static void RequireRecord(RecordKey key)
    {
        Require(key.Partition, nameof(key));
        RequireSegment(key.Row, nameof(key));
        if (key.Partition.Length > MaximumPartitionLength)
        {
            throw new ArgumentException(
                $"A partition has at most {MaximumPartitionLength} characters.", nameof(key));
        }

        RequireSize(SizeOf(key.Partition, nameof(key)) + SizeOf(key.Row, nameof(key)), MaximumRecordKeySize, nameof(key));
    }

    /// <summary>Checks what a listing of objects is asked for.</summary>
    /// <exception cref="ArgumentException">The prefix or the key to list after is malformed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not 1 to 1,000.</exception>
    public static void RequireListing(string prefix, string? after, int limit)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        if (prefix.Length > 0)
        {
            Require(prefix.EndsWith('/') ? prefix[..^1] : prefix, nameof(prefix));
        }

        if (after is not null)
        {
            Require(after);
        }

        RequireLimit(limit);
    }

    /// <summary>Checks what a listing of records is asked for.</summary>
    /// <exception cref="ArgumentException">The partition or the row to list after is malformed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not 1 to 1,000.</exception>
    public static void RequireRows(string partition, string? after, int limit)
    {
        Require(partition);
        if (after is not null)
        {
            RequireRecord(new(partition, after));
        }

        RequireLimit(limit);
    }

    /// <summary>Checks what a listing of a tree of records is asked for.</summary>
    /// <exception cref="ArgumentException">The root or the key to list after is malformed, or that key is not below the
    /// root.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not 1 to 1,000.</exception>
    public static void RequireTree(string root, RecordKey? after, int limit)
    {
        Require(root);
        if (root.Length > MaximumRootLength)
        {
            throw new ArgumentException($"A root has at most {MaximumRootLength} characters.", nameof(root));
        }

        if (after is { } key)
        {
            RequireRecord(key);
            if (!IsBelow(root, key.Partition))
            {
                throw new ArgumentException("The key to list after is not below the root.", nameof(after));
            }
        }

        RequireLimit(limit);
    }

    /// <summary>Whether a partition begins with a root, a slash behind it.</summary>
    public static bool IsBelow(string root, string partition)
    {
        ArgumentNullException.ThrowIfNull(root);
        ArgumentNullException.ThrowIfNull(partition);
        return partition.Length > root.Length && partition[root.Length] == '/'
            && partition.StartsWith(root, StringComparison.Ordinal);
    }

    /// <summary>Checks what a listing of unfinished uploads is asked for.</summary>
    /// <exception cref="ArgumentException">The upload to list after is malformed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not 1 to 1,000.</exception>
    public static void RequireUploads(UnfinishedUpload? after, int limit)
    {
        if (after is { } upload)
        {
            Require(upload.Key, nameof(after));
            ArgumentException.ThrowIfNullOrEmpty(upload.UploadId, nameof(after));
        }

        RequireLimit(limit);
    }

    private static void RequireLimit(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaximumPageLimit);
    }

    private static int SizeOf(string key, string? name)
    {
        try
        {
            return Utf8.GetByteCount(key);
        }
        catch (EncoderFallbackException exception)
        {
            throw new ArgumentException("A key has no unpaired surrogates.", name, exception);
        }
    }

    private static void RequireSize(int size, int maximum, string? name)
    {
        if (size > maximum)
        {
            throw new ArgumentException($"A key of {size} UTF-8 bytes is longer than {maximum}.", name);
        }
    }
}
