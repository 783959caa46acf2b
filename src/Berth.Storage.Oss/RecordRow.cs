namespace Berth.Storage.Oss;

/// <summary>A record as a listing shows it.</summary>
internal sealed class RecordRow
{
    /// <summary>How long a generation stays at the least once another has followed it.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromHours(1);

    private readonly List<Entry> _live = [];
    private readonly List<Entry> _dead = [];
    private readonly DateTimeOffset _now;

    /// <param name="key">The record.</param>
    /// <param name="entries">Its objects, as listed: the root is last, where there is one.</param>
    /// <param name="now">The time by the store's clock; the earliest there is where the store did not tell.</param>
    /// <param name="listed">The same by the registry's own.</param>
    public RecordRow(RecordKey key, IEnumerable<Entry> entries, DateTimeOffset now, Moment listed)
    {
        (Key, _now, Listed) = (key, now, listed);
        var all = entries.ToList();
        var root = all.Find(entry => entry.Suffix == Generation.Root);
        var era = root is null ? null : Generation.EraOf(root.ETag);
        foreach (var entry in all)
        {
            if (entry == root)
                _live.Add(entry with { Generation = new(1, era!) });
            else if (Generation.TryParseSuffix(entry.Suffix, out var generation))
                (generation.Era == era ? _live : _dead).Add(entry with { Generation = generation });
        }
    }

    public RecordKey Key { get; }

    /// <summary>When the listing began.</summary>
    public Moment Listed { get; }

    /// <summary>The newest generation of the root's era; <see langword="null"/> where there is no root, and so no record.</summary>
    public Generation? Current => _live.Count == 0 ? null : _live[0].Generation;

    /// <summary>Whether the record has a value.</summary>
    public bool IsLive => _live.Count > 0 && RecordContent.IsValue(_live[0].Size);

    /// <summary>Whether its root is being deleted.</summary>
    public bool IsClosing => _live.Count > 0 && RecordContent.IsClosing(_live[0].Size);

    /// <summary>Whether nothing is left but what can be removed, and no request can be on its way that knows more.</summary>
    public bool IsOver => _live.Count > 0 && !IsLive && IsOld(_live[0]);

    /// <summary>Whether the newest generation is the root, whose ETag this is.</summary>
    public bool IsRoot(string etag) => _live is [{ Suffix: Generation.Root } root] && root.ETag == etag;

    /// <summary>Whether the root has this ETag.</summary>
    public bool HasRoot(string etag) => _live.Count > 0 && _live[^1].ETag == etag;

    /// <summary>
    /// Generations that nothing needs: of other eras those that are old, as a swap that read the state before one may be on
    /// its way and must find its name taken; of this era those whose successor is old; never the root, which stays as long
    /// as there are others, so that a record's first creation is one call.
    /// </summary>
    public IEnumerable<Generation> Superfluous =>
        _dead.Where(IsOld).Concat(_live.Skip(1).SkipLast(1).Where((_, index) => IsOld(_live[index])))
            .Select(entry => entry.Generation);

    private bool IsOld(Entry entry) => entry.Written + Retention < _now;

    /// <summary>One object.</summary>
    /// <param name="Suffix">How its name ends.</param>
    /// <param name="Size">In bytes.</param>
    /// <param name="ETag">What the store calls its bytes.</param>
    /// <param name="Written">When, by the store's clock.</param>
    public sealed record Entry(string Suffix, long Size, string ETag, DateTimeOffset Written)
    {
        public Generation Generation { get; init; }
    }
}
