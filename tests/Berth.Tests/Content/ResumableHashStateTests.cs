using System.Text;
using Berth.Content;
using static Berth.Tests.Content.ResumableHashCases;

namespace Berth.Tests.Content;

public class ResumableHashStateTests
{
    private const int HeaderOf256 = 2 + 32 + 8;
    private const int HeaderOf512 = 2 + 64 + 8;

    /// <summary>Ways to damage a state of SHA-256 over 100 bytes, which has a tail of 36.</summary>
    public static TheoryData<string, byte[]> MalformedStates
    {
        get
        {
            var good = StateOf(DigestAlgorithm.Sha256, 100);
            byte[] With(int at, byte value) => [.. good[..at], value, .. good[(at + 1)..]];
            return new()
            {
                { "version 0", With(0, 0) },
                { "version 2", With(0, 2) },
                { "version 255", With(0, 255) },
                { "no algorithm", With(1, 0) },
                { "unknown algorithm", With(1, 48) },
                { "the other algorithm", With(1, 64) },
                { "a whole state of the other algorithm", StateOf(DigestAlgorithm.Sha512, 100) },
                { "a whole state of the other algorithm without a tail", StateOf(DigestAlgorithm.Sha512, 128) },
                { "length one less than the tail", With(HeaderOf256 - 1, 99) },
                { "length one more than the tail", With(HeaderOf256 - 1, 101) },
                { "length of whole blocks, yet a tail", With(HeaderOf256 - 1, 64) },
                { "a tail of a whole block", [.. With(HeaderOf256 - 1, 64), .. new byte[28]] },
                { "negative length", With(HeaderOf256 - 8, 0x80) },
                { "length whose bits do not fit 64 bits", With(HeaderOf256 - 8, 0x20) },
                { "one byte too many", [.. good, 0] },
                { "a block too many", [.. good, .. new byte[64]] },
                { "all zeros", new byte[good.Length] },
                { "twice", [.. good, .. good] },
            };
        }
    }

    /// <summary>
    /// Long messages, entered ten bytes before their end. The words were computed by OpenSSL's own contexts over all
    /// that precedes. The digests of the first pair are NIST's (its message of 2^33 bits), the others sha256sum's and
    /// sha512sum's of 5 GiB of zeros.
    /// </summary>
    public static TheoryData<string, string, string, long, string, string> LongMessages
    {
        get
        {
            const string NistLine = "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmno";
            var data = new TheoryData<string, string, string, long, string, string>();
            foreach (var engine in new[] { Libcrypto, Managed })
            {
                data.Add(engine, nameof(DigestAlgorithm.Sha256),
                    "b66666b4dbeac32b0ea351aecba9da466278b8748c508e23e16ca7768465bac1", 1L << 30, NistLine,
                    "50e72a0e26442fe2552dc3938ac58658228c0cbfb1d2ca872ae435266fcd055e");
                data.Add(engine, nameof(DigestAlgorithm.Sha512),
                    "e4a87caa838b302cc5ba54db32062061a36c80d6e1da393a6a13bbd7690c1a3e" +
                    "710e1920dadfbf823bce3d94a0ca8c3877df59f0adcb348355d0d35f619c429f", 1L << 30, NistLine + NistLine,
                    "b47c933421ea2db149ad6e10fce6c7f93d0752380180ffd7f4629a712134831d" +
                    "77be6091b819ed352c2967a2e2d4fa5050723c9630691f1a05a7281dbe6c1086");
                data.Add(engine, nameof(DigestAlgorithm.Sha256),
                    "2a3d4b23f027cbd9c9d74379f47e80939436b0a49e5527eb6d4aa0c879fd682f", 5L << 30, new string('\0', 64),
                    "7f06c62352aebd8125b2a1841e2b9e1ffcbed602f381c3dcb3200200e383d1d5");
                data.Add(engine, nameof(DigestAlgorithm.Sha512),
                    "0939c92789487e1f7adffe0dee484a7034b16fec1407a041eb3a895d4ef55c23" +
                    "30cbfffe8303e419a3677b8a3cbe5730d087fcf3ff0a48f41c7f2ada8fafddaf", 5L << 30, new string('\0', 128),
                    "e4f21997407b9cb0df347f6eba2feaeb14c19f15cf784da06b78e1d5ff776a41" +
                    "9535c894dea10a859fa72bcb234e94ada0fc86de0ff127bf9280eede8d473edb");
            }
            return data;
        }
    }

    [SkippableTheory]
    [MemberData(nameof(ResumableHashCases.All), MemberType = typeof(ResumableHashCases))]
    public void A_state_exported_at_any_offset_continues_in_either_engine(string engine, string algorithm)
    {
        var kind = AlgorithmOf(algorithm);
        var content = RandomBytes(700);
        var expected = Expected(algorithm, content);
        foreach (var other in new[] { EngineOf(engine), new ResumableHashManagedEngine(), LibcryptoOrNull() })
        {
            if (other is null)
                continue;
            for (var offset = 0; offset <= 300; offset++)
            {
                var first = ResumableHash.Create(kind, EngineOf(engine));
                first.Append(content.AsSpan(0, offset));
                var state = first.ExportState();

                var second = ResumableHash.Restore(kind, state, other);
                Assert.Equal(offset, second.Length);
                Assert.Equal(state, second.ExportState());
                Assert.Equal(first.CurrentHash(), second.CurrentHash());

                second.Append(content.AsSpan(offset));
                Assert.Equal(expected, second.CurrentHash());
            }
        }
    }

    [SkippableTheory]
    [MemberData(nameof(ResumableHashCases.All), MemberType = typeof(ResumableHashCases))]
    public void An_exported_state_does_not_change_when_more_is_appended(string engine, string algorithm)
    {
        var hash = ResumableHash.Create(AlgorithmOf(algorithm), EngineOf(engine));
        hash.Append(RandomBytes(100));
        var state = hash.ExportState();
        var copy = state.ToArray();
        hash.Append(RandomBytes(500));
        Assert.Equal(copy, state);
    }

    [SkippableTheory]
    [MemberData(nameof(LongMessages))]
    public void Messages_longer_than_32_bits_can_count_hash_to_their_digests(
        string engine, string algorithm, string words, long length, string block, string expected)
    {
        var kind = AlgorithmOf(algorithm);
        var state = State(kind, Convert.FromHexString(words), length - 10, Encoding.ASCII.GetBytes(block[..^10]));
        var hash = ResumableHash.Restore(kind, state, EngineOf(engine));
        hash.Append(Encoding.ASCII.GetBytes(block[^10..]));
        Assert.Equal(length, hash.Length);
        Assert.Equal(expected, Convert.ToHexStringLower(hash.CurrentHash()));
    }

    // The digests are those of OpenSSL's Final over a context filled with the same words, tail and length.
    [SkippableTheory]
    [InlineData(Libcrypto, 0x100_0000_003f, "48cf875e7b2d73a9e62b0cd5743060dd4e5e38b979f6d6764db249fcbf0d9c90")]
    [InlineData(Managed, 0x100_0000_003f, "48cf875e7b2d73a9e62b0cd5743060dd4e5e38b979f6d6764db249fcbf0d9c90")]
    [InlineData(Libcrypto, 0x1fff_ffff_ffff_ffff, "531513685cf42fa5227a0e099e0758f356efbecd4ab2e6cff1745d237c159eb4")]
    [InlineData(Managed, 0x1fff_ffff_ffff_ffff, "531513685cf42fa5227a0e099e0758f356efbecd4ab2e6cff1745d237c159eb4")]
    [InlineData(Libcrypto, 0x100_0000_003f,
        "474ec22be50df7ab52dd1963633104d223523540cadd6db310e5cda14f09a326" +
        "0cfd6c8e3f8dc5ad547803cab5550de48f42858f2952ebc945ed3c495a659784")]
    [InlineData(Managed, 0x100_0000_003f,
        "474ec22be50df7ab52dd1963633104d223523540cadd6db310e5cda14f09a326" +
        "0cfd6c8e3f8dc5ad547803cab5550de48f42858f2952ebc945ed3c495a659784")]
    [InlineData(Libcrypto, 0x1fff_ffff_ffff_ffff,
        "3cd04cf2cf314c0e15a3b434db95150e6ec9d19adf0e162a109a0a62e0497b7d" +
        "477377b19c02432f255c6abcd8582a31ab3665d5ca544e83fd9d2de6c512b328")]
    [InlineData(Managed, 0x1fff_ffff_ffff_ffff,
        "3cd04cf2cf314c0e15a3b434db95150e6ec9d19adf0e162a109a0a62e0497b7d" +
        "477377b19c02432f255c6abcd8582a31ab3665d5ca544e83fd9d2de6c512b328")]
    public void The_length_is_padded_in_full_up_to_the_greatest(string engine, long length, string expected)
    {
        var kind = expected.Length == 64 ? DigestAlgorithm.Sha256 : DigestAlgorithm.Sha512;
        var hash = ResumableHash.Restore(kind, CraftedState(kind, length), EngineOf(engine));
        Assert.Equal(length, hash.Length);
        Assert.Equal(expected, Convert.ToHexStringLower(hash.CurrentHash()));
    }

    [SkippableTheory]
    [InlineData(nameof(DigestAlgorithm.Sha256))]
    [InlineData(nameof(DigestAlgorithm.Sha512))]
    public void Both_engines_agree_on_states_of_any_length(string algorithm)
    {
        var kind = AlgorithmOf(algorithm);
        var libcrypto = EngineOf(Libcrypto);
        var more = RandomBytes(1000);
        for (var bit = 28; bit < 61; bit++)
        {
            foreach (var length in new[] { (1L << bit) - 1, 1L << bit, (1L << bit) + 77 })
            {
                var state = CraftedState(kind, length);
                var native = ResumableHash.Restore(kind, state, libcrypto);
                var managed = ResumableHash.Restore(kind, state, new ResumableHashManagedEngine());
                native.Append(more);
                managed.Append(more);
                Assert.Equal(length + more.Length, native.Length);
                Assert.Equal(native.ExportState(), managed.ExportState());
                Assert.Equal(native.CurrentHash(), managed.CurrentHash());
            }
        }
    }

    [SkippableTheory]
    [MemberData(nameof(ResumableHashCases.All), MemberType = typeof(ResumableHashCases))]
    public void More_than_the_greatest_length_is_refused(string engine, string algorithm)
    {
        var kind = AlgorithmOf(algorithm);
        var hash = ResumableHash.Restore(kind, CraftedState(kind, (1L << 61) - 2), EngineOf(engine));
        hash.Append([1]);
        var state = hash.ExportState();
        Assert.Throws<InvalidOperationException>(() => hash.Append([2]));
        Assert.Equal(state, hash.ExportState());
    }

    [Theory]
    [MemberData(nameof(MalformedStates))]
    public void Malformed_states_are_refused(string damage, byte[] state)
    {
        Assert.NotEmpty(damage);
        Assert.Throws<FormatException>(() => { ResumableHash.Restore(DigestAlgorithm.Sha256, state); });
    }

    [Theory]
    [InlineData(nameof(DigestAlgorithm.Sha256), 0)]
    [InlineData(nameof(DigestAlgorithm.Sha256), 127)]
    [InlineData(nameof(DigestAlgorithm.Sha512), 0)]
    [InlineData(nameof(DigestAlgorithm.Sha512), 255)]
    public void A_state_cut_or_extended_anywhere_is_refused(string algorithm, int length)
    {
        var kind = AlgorithmOf(algorithm);
        var good = StateOf(kind, length);
        for (var size = 0; size < good.Length + 300; size++)
        {
            var state = new byte[size];
            good.AsSpan(0, Math.Min(size, good.Length)).CopyTo(state);
            if (size != good.Length)
                Assert.Throws<FormatException>(() => { ResumableHash.Restore(kind, state); });
        }
    }

    [Theory]
    [InlineData(nameof(DigestAlgorithm.Sha256))]
    [InlineData(nameof(DigestAlgorithm.Sha512))]
    public void A_state_damaged_at_random_is_refused_or_is_another_state(string algorithm)
    {
        var kind = AlgorithmOf(algorithm);
        var random = new Random(4711);
        for (var round = 0; round < 20_000; round++)
        {
            var state = StateOf(kind, random.Next(0, 260));
            for (var damage = random.Next(1, 4); damage > 0; damage--)
                state[random.Next(state.Length)] = (byte)random.Next(256);
            try
            {
                var hash = ResumableHash.Restore(kind, state);
                Assert.Equal(state, hash.ExportState());
                Assert.Equal(kind == DigestAlgorithm.Sha256 ? 32 : 64, hash.CurrentHash().Length);
            }
            catch (FormatException)
            {
                // Refused, as most of them are.
            }
        }
    }

    [Fact]
    public void The_exported_state_is_laid_out_as_documented()
    {
        var state = StateOf(DigestAlgorithm.Sha256, 3);
        Assert.Equal(
            "01" + "20" + "6a09e667bb67ae853c6ef372a54ff53a510e527f9b05688c1f83d9ab5be0cd19" + "0000000000000003" +
            Convert.ToHexStringLower(RandomBytes(3)),
            Convert.ToHexStringLower(state));

        state = StateOf(DigestAlgorithm.Sha512, 2);
        Assert.Equal(
            "01" + "40" + "6a09e667f3bcc908bb67ae8584caa73b3c6ef372fe94f82ba54ff53a5f1d36f1" +
            "510e527fade682d19b05688c2b3e6c1f1f83d9abfb41bd6b5be0cd19137e2179" + "0000000000000002" +
            Convert.ToHexStringLower(RandomBytes(2)),
            Convert.ToHexStringLower(state));
        Assert.Equal(HeaderOf256 + 63, StateOf(DigestAlgorithm.Sha256, 127).Length);
        Assert.Equal(HeaderOf512 + 127, StateOf(DigestAlgorithm.Sha512, 127).Length);
    }
}
