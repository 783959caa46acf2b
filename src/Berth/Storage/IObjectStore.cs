using System.Buffers;

namespace Berth.Storage;

/// <summary>Large bytes under a key, immutable once complete.</summary>
/// <remarks>
/// <para><b>Keys</b> are one or more non-empty segments joined by <c>/</c>. A segment is any string of 1 to 255 UTF-16
/// units without <c>/</c>; nothing else is reserved: <c>..</c>, <c>con</c>, <c>v1.</c>, control characters and two keys
/// that differ only in case are all distinct, ordinary keys. A malformed key (empty, leading, trailing or double
/// <c>/</c>, a segment that is too long, an unpaired surrogate, more than 900
/// bytes of UTF-8) is an <see cref="ArgumentException"/>; <see cref="StorageKey"/> checks. No key is both an
/// object and the prefix of another (<c>a</c> beside <c>a/b</c>): callers keep to that, stores need not check it.</para>
/// <para><b>Atomicity.</b> An object is seen whole or not at all, by every instance over the same store, whenever a
/// writer is killed. A read that has begun keeps delivering the object it began with, or fails; it never mixes two.</para>
/// <para><b>Durability.</b> A call that returned has survived a crash of process and machine.</para>
/// <para><b>Ordering.</b> A read or listing that begins after a write has returned sees that write, on every instance.</para>
/// <para><b>Failure.</b> Absence is <see langword="null"/>; every other trouble of the store is a <see cref="StorageException"/> (busy) or an I/O exception, after which the write
/// may or may not have happened. A cancelled call throws <see cref="OperationCanceledException"/>, likewise.</para>
/// </remarks>
public interface IObjectStore : IReadableObjects
{
    /// <summary>The least size in bytes of every part of an upload but its last; at least 1.</summary>
    int MinimumPartSize { get; }

    /// <summary>How many parts of an upload are worth sending together: 1 for a disk, more where each waits for a network.</summary>
    int PartsTogether { get; }

    /// <summary>The most parts that one upload may have.</summary>
    int MaximumParts { get; }

    /// <summary>
    /// A URL from which anyone who has it can GET this one object until it expires, or <see langword="null"/> where the
    /// store cannot make one and the registry streams the bytes itself. Makes no call to the store.
    /// </summary>
    Task<Uri?> CreateReadUriAsync(string key, ReadUriOptions options, CancellationToken cancellationToken);

    /// <summary>Writes a small object whole, in one call, over whatever is there.</summary>
    Task PutAsync(string key, ReadOnlySequence<byte> content, CancellationToken cancellationToken);

    /// <summary>Begins an upload in parts to a key that neither another upload nor a put uses.</summary>
    /// <returns>An id for the calls below, valid on every instance: 1 to 1,024 ASCII characters.</returns>
    Task<string> BeginUploadAsync(string key, CancellationToken cancellationToken);

    /// <summary>Stores one part. Parts of one attempt may be in flight together.</summary>
    /// <param name="key">The key given to <see cref="BeginUploadAsync"/>.</param>
    /// <param name="uploadId">The id it returned.</param>
    /// <param name="part">Which part this is.</param>
    /// <param name="content">The part's bytes, at least one; the caller keeps them unchanged until the call ends.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>A receipt for <see cref="CompleteUploadAsync"/>, at most 128 ASCII characters. Two attempts that store
    /// different bytes under one part number hold two different receipts, and each gets its own bytes or a refusal: a
    /// store either keeps both parts, or only the last, and then refuses to complete with the receipt of the other.
    /// </returns>
    Task<string> UploadPartAsync(
        string key, string uploadId, PartPosition part, ReadOnlySequence<byte> content,
        CancellationToken cancellationToken);

    /// <summary>
    /// Makes parts durable: <see cref="UploadPartAsync"/> alone need not. A store that does it there has nothing to do.
    /// </summary>
    /// <param name="key">The key given to <see cref="BeginUploadAsync"/>.</param>
    /// <param name="uploadId">The id it returned.</param>
    /// <param name="receipts">Receipts of the parts.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="StorageException">The upload was completed or aborted, or never begun.</exception>
    Task FlushUploadAsync(
        string key, string uploadId, IReadOnlyList<string> receipts, CancellationToken cancellationToken);

    /// <summary>Makes the object from the parts whose receipts are given, in order; parts not named are dropped.</summary>
    /// <remarks>Completing a second time with the same receipts succeeds and changes nothing.
    /// No receipts make an empty object.</remarks>
    /// <exception cref="ArgumentException">The receipts are not those of the parts 1, 2, 3, … in this order, without
    /// a gap. The upload is as it was.</exception>
    /// <exception cref="StorageException">The upload was aborted, or never begun; or the store keeps one part of each
    /// number, and another attempt has replaced one of these. Never is anything made of other bytes.</exception>
    Task CompleteUploadAsync(
        string key, string uploadId, IReadOnlyList<string> receipts, CancellationToken cancellationToken);

    /// <summary>Drops an upload and its parts. Absent, or complete already: nothing happens.</summary>
    Task AbortUploadAsync(string key, string uploadId, CancellationToken cancellationToken);

    /// <summary>Lists the uploads in parts that were begun, and neither completed nor aborted.</summary>
    /// <remarks>
    /// They are in an order of the store's own, the same for every call and every instance. A page may hold fewer than
    /// exist and fit; it is empty only when none follow. Usually one call to the store. A store that discards what
    /// nobody completes by itself, as Azure does after a week, lists none and makes no call.
    /// </remarks>
    /// <param name="after">Only uploads that follow this one, which may be over by now; <see langword="null"/> for the
    /// first page.</param>
    /// <param name="limit">The most uploads returned, 1 to 1,000.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<Page<UnfinishedUpload>> ListUploadsAsync(
        UnfinishedUpload? after, int limit, CancellationToken cancellationToken);

    /// <summary>Deletes an object. Absent: nothing happens.</summary>
    Task DeleteAsync(string key, CancellationToken cancellationToken);
}

/// <summary>What a store tells of an object without reading it.</summary>
/// <param name="Size">Size in bytes.</param>
public readonly record struct ObjectInfo(long Size);

/// <summary>What a signed URL grants.</summary>
/// <param name="Lifetime">How long it is valid, at most 20 minutes.</param>
/// <param name="ContentType">The Content-Type that the store answers with.</param>
/// <param name="FileName">The file name in the Content-Disposition that the store answers with; ASCII.</param>
public sealed record ReadUriOptions(TimeSpan Lifetime, string ContentType, string FileName);

/// <summary>Where a part of an upload belongs.</summary>
/// <param name="Number">1 for the first part, then 2, 3, … in the order of the bytes.</param>
/// <param name="Offset">The offset in the object, in bytes, of the part's first byte.</param>
/// <param name="Attempt">
/// Names the request that sends the part, 1 to 32 ASCII letters and digits, never reused: what keeps apart two requests
/// that write the same part at once.
/// </param>
public readonly record struct PartPosition(int Number, long Offset, string Attempt)
{
    /// <summary>The longest <see cref="Attempt"/>, in characters.</summary>
    public const int MaximumAttemptLength = 32;

    /// <summary>Checks the position; every provider does so before it calls its store.</summary>
    /// <param name="maximumParts">The store's <see cref="IObjectStore.MaximumParts"/>.</param>
    /// <exception cref="ArgumentException">The number, the offset or the attempt is out of bounds.</exception>
    public void Require(int maximumParts)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Number, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Number, maximumParts);
        ArgumentOutOfRangeException.ThrowIfNegative(Offset);
        if (Attempt is not { Length: > 0 and <= MaximumAttemptLength } || !Attempt.All(char.IsAsciiLetterOrDigit))
        {
            throw new ArgumentException(
                $"An attempt is named by 1 to {MaximumAttemptLength} ASCII letters and digits.");
        }
    }
}

/// <summary>An upload in parts that is not over.</summary>
/// <param name="Key">The key given to <see cref="IObjectStore.BeginUploadAsync"/>.</param>
/// <param name="UploadId">The id it returned.</param>
public readonly record struct UnfinishedUpload(string Key, string UploadId);

/// <summary>One page of a listing.</summary>
/// <param name="Items">The entries, in the order of the listing.</param>
/// <param name="More">True when entries follow the last of these.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, bool More);
