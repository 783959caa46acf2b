namespace Berth.Guarantees.Tests.Promises;

/// <summary>All that clients sent and were answered, in order and with the time, and the bytes that belong to the digests.</summary>
internal sealed class Ledger
{
    private readonly Lock _lock = new();
    private readonly List<(DateTimeOffset Time, Action<Knowledge> Change)> _entries = [];
    private readonly Dictionary<string, byte[]> _bytes = [];
    private readonly Dictionary<string, string> _mediaTypes = [];

    /// <summary>What is known now.</summary>
    public Knowledge Now
    {
        get
        {
            lock (_lock)
            {
                var knowledge = new Knowledge();
                foreach (var (_, change) in _entries)
                    change(knowledge);
                return knowledge;
            }
        }
    }

    /// <summary>A ledger that ends at some time.</summary>
    public Ledger Until(DateTimeOffset time)
    {
        lock (_lock)
        {
            var earlier = new Ledger();
            earlier._entries.AddRange(_entries.TakeWhile(entry => entry.Time < time));
            foreach (var (digest, bytes) in _bytes)
                earlier._bytes.Add(digest, bytes);
            foreach (var (digest, mediaType) in _mediaTypes)
                earlier._mediaTypes.Add(digest, mediaType);
            return earlier;
        }
    }

    /// <summary>Notes a change, with the time.</summary>
    public void Note(Action<Knowledge> change)
    {
        lock (_lock)
        {
            _entries.Add((TimeProvider.System.GetUtcNow(), change));
        }
    }

    /// <summary>Notes what a digest stands for.</summary>
    public void Learn(string digest, byte[] bytes, string? mediaType = null)
    {
        lock (_lock)
        {
            _bytes[digest] = bytes;
            if (mediaType is not null)
                _mediaTypes[digest] = mediaType;
        }
    }

    public byte[] BytesOf(string digest) => _bytes[digest];

    public string MediaTypeOf(string digest) => _mediaTypes[digest];
}
