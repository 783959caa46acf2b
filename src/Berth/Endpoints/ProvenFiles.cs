using System.Collections.Concurrent;
using Berth.Content;
using Berth.Storage.FileSystem;

namespace Berth.Endpoints;

/// <summary>
/// Files that this process has read whole and found to hold the bytes of their digest. As long as such a file's identity is the
/// same, nobody has written to it, and a pull need not hash it again.
/// </summary>
/// <remarks>
/// A disk may lose bytes without anybody writing them, so what was found is believed for an hour only.
/// </remarks>
internal sealed class ProvenFiles(TimeProvider time)
{
    /// <summary>Above this many all are forgotten, to bound memory: about 1 MiB.</summary>
    private const int Most = 4096;

    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<Digest, (FileStamp File, long Since)> _files = new();

    /// <summary>Whether the file was found to hold the bytes of the digest, and is as it was then.</summary>
    public bool Contains(Digest digest, FileStamp file) =>
        _files.TryGetValue(digest, out var proven) && proven.File == file && time.GetElapsedTime(proven.Since) < Lifetime;

    /// <summary>Remembers a file that holds the bytes of the digest.</summary>
    /// <param name="digest">The digest.</param>
    /// <param name="file">The file as it was from before the first byte was read until after the last.</param>
    /// <param name="since">When the reading began.</param>
    public void Add(Digest digest, FileStamp file, long since)
    {
        if (_files.Count >= Most)
        {
            _files.Clear();
        }
        _files[digest] = (file, since);
    }

    /// <summary>Now, for <see cref="Add"/>.</summary>
    public long Now() => time.GetTimestamp();
}
