namespace Berth.Guarantees.Tests.Crashes;

/// <summary>How much of what was not made durable a power cut takes.</summary>
internal enum Loss
{
    /// <summary>Nothing: the process was killed, and no more.</summary>
    Nothing,

    /// <summary>All of it.</summary>
    Everything,

    /// <summary>Some of it, in no order: whole writes, halves of writes, names.</summary>
    Something,
}

/// <summary>Decides what of the changes that are not durable is still there after a power cut.</summary>
internal sealed class PowerCut(Loss loss, int seed)
{
    private readonly Random _random = new(seed);
    private readonly Dictionary<DiskDirectory.Entry, bool> _decided = [];

    /// <summary>Whether a change is kept.</summary>
    public bool Keeps() => loss switch
    {
        Loss.Nothing => true,
        Loss.Everything => false,
        _ => _random.Next(2) == 0,
    };

    /// <summary>Whether the change of a name is kept: always the same for one.</summary>
    /// <remarks>Where nothing was flushed, a rename takes no name away before the new one is there: file systems write the two
    /// together.</remarks>
    public bool Keeps(DiskDirectory.Entry entry)
    {
        if (entry.IsDurable)
            return true;
        if (!_decided.TryGetValue(entry, out var keeps))
            _decided.Add(entry, keeps = Keeps() && (entry.Moved is null || Keeps(entry.Moved)));
        return keeps;
    }

    /// <summary>What is there of a write: all, nothing, its first half, or zeros in its place.</summary>
    public byte[] Tear(byte[] bytes) => loss switch
    {
        Loss.Nothing => bytes,
        Loss.Everything => [],
        _ => _random.Next(4) switch
        {
            0 => bytes,
            1 => [],
            2 => bytes[..(bytes.Length / 2)],
            _ => new byte[bytes.Length],
        },
    };
}
