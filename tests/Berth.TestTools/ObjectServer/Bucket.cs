namespace Berth.TestTools.ObjectServer;

/// <summary>
/// A bucket in memory. Every change and every listing is one step under a lock, so that it is strongly consistent and a
/// condition and what it guards are one.
/// </summary>
public sealed class Bucket
{
    private readonly Lock _lock = new();
    private readonly SortedList<string, StoredObject> _objects = new(KeyOrder.Instance);
    private readonly Dictionary<string, MultipartUpload> _uploads = [];

    internal Bucket(string name) => Name = name;

    public string Name { get; }

    /// <summary>Whether it keeps old versions, as far as it says so; where OSS is concerned, forbid-overwrite then does nothing.</summary>
    public bool IsVersioned { get; set; }

    /// <summary>Every key, in order.</summary>
    public IReadOnlyList<string> Keys
    {
        get
        {
            lock (_lock)
            {
                return [.. _objects.Keys];
            }
        }
    }

    /// <summary>The keys of the uploads that were neither completed nor aborted.</summary>
    public IReadOnlyList<string> UnfinishedUploads
    {
        get
        {
            lock (_lock)
            {
                return [.. _uploads.Values.Where(upload => upload.Completed is null).Select(upload => upload.Key)];
            }
        }
    }

    /// <summary>The bytes of an object, or <see langword="null"/>.</summary>
    public byte[]? Read(string key) =>
        Find(key) is { } found ? [.. found.Segments.SelectMany(segment => segment.ToArray())] : null;

    /// <summary>Removes an object behind everybody's back.</summary>
    public void Remove(string key) => Remove(key, _ => { });

    /// <summary>Makes all objects older than they are.</summary>
    public void Age(TimeSpan by)
    {
        lock (_lock)
        {
            foreach (var key in _objects.Keys.ToList())
            {
                _objects[key] = _objects[key] with { LastModified = _objects[key].LastModified - by };
            }
        }
    }

    internal StoredObject? Find(string key)
    {
        lock (_lock)
        {
            return _objects.GetValueOrDefault(key);
        }
    }

    /// <summary>Writes an object.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="content">The object.</param>
    /// <param name="condition">Looks at what is there and throws where that may not be replaced.</param>
    internal void Put(string key, StoredObject content, Action<StoredObject?> condition)
    {
        lock (_lock)
        {
            condition(_objects.GetValueOrDefault(key));
            _objects[key] = content;
        }
    }

    /// <summary>Removes an object, if there is one.</summary>
    internal void Remove(string key, Action<StoredObject?> condition)
    {
        lock (_lock)
        {
            condition(_objects.GetValueOrDefault(key));
            _objects.Remove(key);
        }
    }

    internal void Begin(MultipartUpload upload)
    {
        lock (_lock)
        {
            _uploads.Add(upload.Id, upload);
        }
    }

    /// <summary>Does something with an upload, in one step.</summary>
    /// <exception cref="ServiceException">There is none of that id and key, or it is over.</exception>
    internal T WithUpload<T>(string id, string key, Func<MultipartUpload, T> act, bool evenCompleted = false)
    {
        lock (_lock)
        {
            return _uploads.GetValueOrDefault(id) is { } upload && upload.Key == key
                && (upload.Completed is null || evenCompleted)
                ? act(upload)
                : throw new ServiceException(
                    404, "NoSuchUpload",
                    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or "
                    + "completed.",
                    ("UploadId", id));
        }
    }

    internal void Abort(string id, string key) => WithUpload(id, key, upload => _uploads.Remove(upload.Id));

    /// <summary>The unfinished uploads in the order of their keys, and of their beginnings for one key.</summary>
    internal IReadOnlyList<MultipartUpload> ListUploads(string prefix)
    {
        lock (_lock)
        {
            return
            [
                .. _uploads.Values
                    .Where(upload => upload.Completed is null && upload.Key.StartsWith(prefix, StringComparison.Ordinal))
                    .OrderBy(upload => upload.Key, KeyOrder.Instance).ThenBy(upload => upload.Initiated)
                    .ThenBy(upload => upload.Id, StringComparer.Ordinal),
            ];
        }
    }

    /// <summary>Lists a page.</summary>
    /// <param name="prefix">What the keys begin with.</param>
    /// <param name="after">The key or common prefix that the page begins after; empty for the first.</param>
    /// <param name="delimiter">Where keys are cut to common prefixes; empty: nowhere.</param>
    /// <param name="limit">How many keys and common prefixes there may be.</param>
    internal ListingPage List(string prefix, string after, string delimiter, int limit)
    {
        var page = new ListingPage();
        // A page that ended with a common prefix goes on after all that begins with it.
        var passed = delimiter.Length > 0 && after.EndsWith(delimiter, StringComparison.Ordinal) ? after : null;
        lock (_lock)
        {
            for (var i = FirstAfter(after); i < _objects.Count; i++)
            {
                var key = _objects.Keys[i];
                if (!key.StartsWith(prefix, StringComparison.Ordinal)
                    || (passed is not null && key.StartsWith(passed, StringComparison.Ordinal)))
                {
                    continue;
                }

                if (page.Count == limit)
                {
                    page.IsTruncated = limit > 0;
                    break;
                }

                var cut = delimiter.Length == 0 ? -1 : key.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal);
                if (cut < 0)
                {
                    page.Objects.Add((key, _objects.Values[i]));
                    page.Last = key;
                }
                else
                {
                    passed = key[..(cut + delimiter.Length)];
                    page.CommonPrefixes.Add(passed);
                    page.Last = passed;
                }
            }
        }

        return page;
    }

    private int FirstAfter(string key)
    {
        var (low, high) = (0, _objects.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (KeyOrder.Instance.Compare(_objects.Keys[middle], key) <= 0 && key.Length > 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}

/// <summary>A page of a listing.</summary>
internal sealed class ListingPage
{
    public List<(string Key, StoredObject Object)> Objects { get; } = [];

    public List<string> CommonPrefixes { get; } = [];

    public int Count => Objects.Count + CommonPrefixes.Count;

    /// <summary>Whether there is more.</summary>
    public bool IsTruncated { get; set; }

    /// <summary>The last key or common prefix, after which the next page begins.</summary>
    public string Last { get; set; } = "";
}
