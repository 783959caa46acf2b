namespace Berth.Storage;

/// <summary>
/// Pages of unfinished uploads over a service that lists them by the names of their objects, and those of one name in an
/// order of its own, as S3 and OSS do.
/// </summary>
/// <remarks>
/// A marker of such a service may be an upload that must still be there. So each call begins just before the name that it
/// is to go on after, and a page ends between two names, with the uploads of one in the order of their ids.
/// </remarks>
public static class UploadPages
{
    /// <summary>Reads a page of the contract's from pages of the service's.</summary>
    /// <param name="after">Where to go on; <see langword="null"/> for the first page.</param>
    /// <param name="limit">The most uploads of the page.</param>
    /// <param name="encode">The name of a key.</param>
    /// <param name="decode">The key of a name; <see langword="null"/> where it is somebody else's.</param>
    /// <param name="list">Lists what follows a mark of the service's, at most so many.</param>
    public static async Task<Page<UnfinishedUpload>> ReadAsync(
        UnfinishedUpload? after, int limit, Func<string, string> encode, Func<string, string?> decode,
        Func<UploadMark, int, Task<UploadPage>> list)
    {
        ArgumentNullException.ThrowIfNull(encode);
        ArgumentNullException.ThrowIfNull(decode);
        ArgumentNullException.ThrowIfNull(list);
        var afterName = after is { } upload ? encode(upload.Key) : null;
        var mark = new UploadMark(afterName is null ? null : Before(afterName), null);
        var found = new List<UploadName>();
        while (true)
        {
            // One more than asked for: that the last name is whole shows only in the next.
            var page = await list(mark, Math.Min(limit + 1, StorageKey.MaximumPageLimit));
            found.AddRange(page.Uploads.Where(listed => decode(listed.Name) is not null && Follows(listed)));
            var isTruncated = page.IsTruncated && page.Uploads.Count > 0;
            var whole = isTruncated ? found.FindAll(listed => listed.Name != page.Uploads[^1].Name) : found;
            if (whole.Count > 0 || !isTruncated)
            {
                var sorted = whole
                    .OrderBy(listed => listed.Name, StringComparer.Ordinal)
                    .ThenBy(listed => listed.UploadId, StringComparer.Ordinal)
                    .Take(limit)
                    .Select(listed => new UnfinishedUpload(decode(listed.Name)!, listed.UploadId));
                return new([.. sorted], whole.Count > limit || isTruncated);
            }

            mark = page.Next;
        }

        bool Follows(UploadName listed) =>
            afterName is null || string.CompareOrdinal(listed.Name, afterName) switch
            {
                0 => string.CompareOrdinal(listed.UploadId, after!.Value.UploadId) > 0,
                var order => order > 0,
            };
    }

    /// <summary>The longest name that this one begins with: less than it, and greater than all that are not alike.</summary>
    private static string? Before(string name)
    {
        var length = name.Length - (char.IsLowSurrogate(name[^1]) ? 2 : 1);
        return length == 0 ? null : name[..length];
    }
}

/// <summary>An upload as the service lists it.</summary>
/// <param name="Name">The name of the object that it is to become.</param>
/// <param name="UploadId">Its id.</param>
public readonly record struct UploadName(string Name, string UploadId);

/// <summary>Where the service goes on.</summary>
/// <param name="Name">After this name, or in the middle of its uploads; <see langword="null"/> for the beginning.</param>
/// <param name="UploadId">After this upload of the name's; <see langword="null"/>: after all of them.</param>
public readonly record struct UploadMark(string? Name, string? UploadId);

/// <summary>A page as the service lists it.</summary>
/// <param name="Uploads">By name.</param>
/// <param name="IsTruncated">Whether the service says that more follow.</param>
/// <param name="Next">Where it goes on, in a call that follows at once.</param>
public sealed record UploadPage(IReadOnlyList<UploadName> Uploads, bool IsTruncated, UploadMark Next);
