namespace Berth.Guarantees.Tests.Crashes;

/// <summary>A file or a directory of <see cref="RecordedDisk"/>.</summary>
internal abstract class DiskNode
{
    /// <summary>How many of its changes have been made durable.</summary>
    public int Durable { get; set; }

    /// <summary>How many changes there are.</summary>
    public abstract int Changes { get; }
}

/// <summary>The bytes of a file: all writes, in order.</summary>
internal sealed class DiskFile : DiskNode
{
    private readonly List<(long Offset, byte[]? Bytes)> _writes = [];

    public override int Changes => _writes.Count;

    public void Write(long offset, byte[] bytes) => _writes.Add((offset, bytes));

    public void SetLength(long length) => _writes.Add((length, null));

    /// <summary>Its bytes when those writes that are not durable have met their fate.</summary>
    public byte[] After(PowerCut cut)
    {
        var bytes = new MemoryStream();
        for (var number = 0; number < _writes.Count; number++)
        {
            var (offset, written) = _writes[number];
            if (number >= Durable)
                written = written is null ? (cut.Keeps() ? null : []) : cut.Tear(written);
            if (written is null)
            {
                bytes.SetLength(offset);
            }
            else if (written.Length > 0)
            {
                bytes.Position = offset;
                bytes.Write(written);
            }
        }

        return bytes.ToArray();
    }
}

/// <summary>The names in a directory: all changes, in order.</summary>
internal sealed class DiskDirectory : DiskNode
{
    private readonly List<Entry> _entries = [];

    /// <summary>What a process sees.</summary>
    public Dictionary<string, DiskNode> Names { get; } = [];

    public override int Changes => _entries.Count;

    /// <summary>Gives something a name.</summary>
    /// <returns>The change, for the one that takes its old name away.</returns>
    public Entry Put(string name, DiskNode node) => Add(new(this, _entries.Count, name, node, null));

    /// <summary>Takes a name away.</summary>
    /// <param name="name">The name.</param>
    /// <param name="moved">Where a rename has put it.</param>
    public void Remove(string name, Entry? moved = null) => Add(new(this, _entries.Count, name, null, moved));

    /// <summary>The names when those changes that are not durable have met their fate.</summary>
    public Dictionary<string, DiskNode> After(PowerCut cut)
    {
        var names = new Dictionary<string, DiskNode>();
        var lost = new HashSet<string>();
        foreach (var entry in _entries)
        {
            // What a name became later is not kept where what it became before is lost.
            if (lost.Contains(entry.Name))
                continue;
            if (!cut.Keeps(entry))
                lost.Add(entry.Name);
            else if (entry.Node is null)
                names.Remove(entry.Name);
            else
                names[entry.Name] = entry.Node;
        }

        return names;
    }

    private Entry Add(Entry entry)
    {
        _entries.Add(entry);
        if (entry.Node is null)
            Names.Remove(entry.Name);
        else
            Names[entry.Name] = entry.Node;
        return entry;
    }

    /// <summary>A change of one name.</summary>
    public sealed record Entry(DiskDirectory Directory, int Number, string Name, DiskNode? Node, Entry? Moved)
    {
        public bool IsDurable => Number < Directory.Durable;
    }
}
