using System.Globalization;
using Berth.Content;

namespace Berth.Collection;

/// <summary>
/// What the manifests of some repositories name: the first 64 bits of each digest. Two digests that share them are both taken
/// for used, which keeps garbage and never loses anything.
/// </summary>
/// <remarks>
/// It holds a bounded number. When there are more, those from a digest on are left out, and a second walk begins there.
/// </remarks>
/// <param name="from">The least that is held.</param>
/// <param name="most">How many are held.</param>
internal sealed class UsedDigests(ulong from, int most)
{
    private readonly Dictionary<string, HashSet<ulong>> _repositories = [];
    private int _count;

    /// <summary>The least that is left out; <see langword="null"/> when nothing is.</summary>
    public ulong? End { get; private set; }

    /// <summary>Whether another repository should wait for the next walk.</summary>
    public bool IsHalfFull => _count >= most / 2;

    /// <summary>How many repositories there are.</summary>
    public int Repositories => _repositories.Count;

    /// <summary>Begins a repository: what it does not name from now on is unused there.</summary>
    public void Begin(string repository) => _repositories.Add(repository, []);

    /// <summary>Forgets a repository: nothing of it counts as unused.</summary>
    public void Exclude(string repository)
    {
        if (_repositories.Remove(repository, out var digests))
        {
            _count -= digests.Count;
        }
    }

    public void Add(string repository, Digest digest)
    {
        var value = ValueOf(digest);
        if (Holds(value) && _repositories[repository].Add(value) && ++_count > most)
        {
            Shrink();
        }
    }

    /// <summary>Whether a repository is known not to use a digest.</summary>
    public bool IsUnused(string repository, Digest digest) =>
        Holds(ValueOf(digest)) && _repositories.TryGetValue(repository, out var used) && !used.Contains(ValueOf(digest));

    private bool Holds(ulong value) => value >= from && !(value >= End);

    private void Shrink()
    {
        while (_count > most / 2)
        {
            var end = from + ((End ?? ulong.MaxValue) - from) / 2;
            if (end == from)
            {
                return;
            }
            End = end;
            _count = 0;
            foreach (var digests in _repositories.Values)
            {
                digests.RemoveWhere(value => value >= end);
                _count += digests.Count;
            }
        }
    }

    private static ulong ValueOf(Digest digest)
    {
        var text = digest.ToString();
        return ulong.Parse(
            text.AsSpan(text.IndexOf(':', StringComparison.Ordinal) + 1, 16), NumberStyles.AllowHexSpecifier,
            CultureInfo.InvariantCulture);
    }
}
