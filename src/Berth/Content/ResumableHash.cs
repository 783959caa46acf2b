using System.Buffers.Binary;

namespace Berth.Content;

/// <summary>
/// SHA-256 or SHA-512 that can be put aside after any byte and continued in another process, on another machine, by the
/// other engine: an upload spans requests that share nothing but a record, and .NET's own hashes cannot be exported.
/// Holds no unmanaged memory. One instance serves one thread at a time.
/// </summary>
/// <remarks>
/// The exported state, all integers big-endian:
/// <code>
/// 1 byte       version, 1
/// 1 byte       bytes in the hash, 32 or 64: the algorithm
/// 32 or 64     the eight words of the chaining value
/// 8            bytes hashed so far
/// the rest     those of them that do not fill a block yet: length % 64, or % 128
/// </code>
/// It carries no checksum: a damaged record gives a wrong hash, which no client's digest will match.
/// </remarks>
internal sealed class ResumableHash
{
    private const byte StateVersion = 1;

    // So that the length in bits fits 64 bits, which is all that SHA-256 has room for.
    private const long MaximumLength = (1L << 61) - 1;

    private readonly DigestAlgorithm _algorithm;
    private readonly ResumableHashEngine _engine;
    private readonly int _wordBytes;
    private readonly ulong[] _words;
    private readonly byte[] _tail;

    private ResumableHash(DigestAlgorithm algorithm, ResumableHashEngine? engine)
    {
        _algorithm = algorithm;
        _engine = engine ?? ResumableHashEngine.Preferred;
        _wordBytes = algorithm switch
        {
            DigestAlgorithm.Sha256 => 4,
            DigestAlgorithm.Sha512 => 8,
            _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "Not a digest algorithm."),
        };
        _words = new ulong[8];
        _tail = new byte[16 * _wordBytes];
    }

    /// <summary>Bytes appended so far, by all who held this state.</summary>
    public long Length { get; private set; }

    private int HashBytes => 8 * _wordBytes;

    private int BlockBytes => _tail.Length;

    private int TailBytes => (int)(Length % BlockBytes);

    private int HeaderBytes => 2 + HashBytes + sizeof(long);

    // FIPS 180-4, 5.3. SHA-256's words are the upper halves of SHA-512's: the same square roots, to fewer bits.
    private static ReadOnlySpan<ulong> InitialWords =>
    [
        0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
        0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
    ];

    /// <summary>A hash of nothing yet. Without an engine, the best one of this process.</summary>
    public static ResumableHash Create(DigestAlgorithm algorithm, ResumableHashEngine? engine = null)
    {
        var hash = new ResumableHash(algorithm, engine);
        for (var i = 0; i < InitialWords.Length; i++)
            hash._words[i] = InitialWords[i] >> (64 - 8 * hash._wordBytes);
        return hash;
    }

    /// <summary>Continues from an exported state.</summary>
    /// <exception cref="FormatException">The bytes are no state of this algorithm.</exception>
    public static ResumableHash Restore(
        DigestAlgorithm algorithm, ReadOnlySpan<byte> state, ResumableHashEngine? engine = null)
    {
        var hash = new ResumableHash(algorithm, engine);
        if (state.Length < hash.HeaderBytes || state[0] != StateVersion || state[1] != hash.HashBytes)
            throw new FormatException($"Not a version {StateVersion} state of {algorithm}.");

        hash.ReadWords(state[2..]);
        hash.Length = BinaryPrimitives.ReadInt64BigEndian(state[(2 + hash.HashBytes)..]);
        var tail = state[hash.HeaderBytes..];
        if (hash.Length is < 0 or > MaximumLength || tail.Length != hash.TailBytes)
            throw new FormatException($"A state of {algorithm} whose length and tail disagree.");

        tail.CopyTo(hash._tail);
        return hash;
    }

    /// <summary>Hashes more bytes. Whole blocks are read where they lie, without a copy.</summary>
    public void Append(ReadOnlySpan<byte> content)
    {
        if (content.Length > MaximumLength - Length)
            throw new InvalidOperationException($"Cannot hash more than {MaximumLength} bytes.");

        var held = TailBytes;
        Length += content.Length;
        if (held > 0)
        {
            var taken = Math.Min(content.Length, BlockBytes - held);
            content[..taken].CopyTo(_tail.AsSpan(held));
            if (held + taken < BlockBytes)
                return;
            _engine.Compress(_algorithm, _words, _tail);
            content = content[taken..];
        }

        var rest = content.Length % BlockBytes;
        if (content.Length > rest)
            _engine.Compress(_algorithm, _words, content[..^rest]);
        content[^rest..].CopyTo(_tail);
    }

    /// <summary>The hash of the bytes so far. The state stays as it is, so that more can follow.</summary>
    public byte[] CurrentHash()
    {
        Span<ulong> words = stackalloc ulong[8];
        _words.CopyTo(words);

        // FIPS 180-4, 5.1: one set bit, then zeros up to the length in bits (two words wide), which ends a block.
        Span<byte> padded = stackalloc byte[2 * BlockBytes];
        padded.Clear();
        _tail.AsSpan(0, TailBytes).CopyTo(padded);
        padded[TailBytes] = 0x80;
        var end = TailBytes + 1 + 2 * _wordBytes <= BlockBytes ? BlockBytes : 2 * BlockBytes;
        BinaryPrimitives.WriteInt64BigEndian(padded[(end - sizeof(long))..], Length * 8);
        _engine.Compress(_algorithm, words, padded[..end]);

        var hash = new byte[HashBytes];
        WriteWords(words, hash);
        return hash;
    }

    /// <summary>All that <see cref="Restore"/> needs: at most 105 bytes for SHA-256, 201 for SHA-512.</summary>
    public byte[] ExportState()
    {
        var state = new byte[HeaderBytes + TailBytes];
        state[0] = StateVersion;
        state[1] = (byte)HashBytes;
        WriteWords(_words, state.AsSpan(2));
        BinaryPrimitives.WriteInt64BigEndian(state.AsSpan(2 + HashBytes), Length);
        _tail.AsSpan(0, TailBytes).CopyTo(state.AsSpan(HeaderBytes));
        return state;
    }

    private void ReadWords(ReadOnlySpan<byte> source)
    {
        for (var i = 0; i < _words.Length; i++)
        {
            var word = source.Slice(i * _wordBytes, _wordBytes);
            _words[i] = _wordBytes == sizeof(uint)
                ? BinaryPrimitives.ReadUInt32BigEndian(word)
                : BinaryPrimitives.ReadUInt64BigEndian(word);
        }
    }

    private void WriteWords(ReadOnlySpan<ulong> words, Span<byte> destination)
    {
        for (var i = 0; i < words.Length; i++)
        {
            var word = destination.Slice(i * _wordBytes, _wordBytes);
            if (_wordBytes == sizeof(uint))
                BinaryPrimitives.WriteUInt32BigEndian(word, (uint)words[i]);
            else
                BinaryPrimitives.WriteUInt64BigEndian(word, words[i]);
        }
    }
}
