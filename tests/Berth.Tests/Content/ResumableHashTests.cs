using System.Security.Cryptography;
using System.Text;
using Berth.Content;
using static Berth.Tests.Content.ResumableHashCases;

namespace Berth.Tests.Content;

public class ResumableHashTests
{
    /// <summary>The example messages that NIST publishes for FIPS 180-4, some repeated, with their digests.</summary>
    public static TheoryData<string, string, string, int, string> NistVectors
    {
        get
        {
            const string TwoBlocksOf256 = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
            const string TwoBlocksOf512 =
                "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmno" +
                "ijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu";
            var data = new TheoryData<string, string, string, int, string>();
            foreach (var engine in new[] { Libcrypto, Managed })
            {
                void Add(DigestAlgorithm algorithm, string message, string hash, int times = 1) =>
                    data.Add(engine, algorithm.ToString(), message, times, hash);

                Add(DigestAlgorithm.Sha256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
                Add(DigestAlgorithm.Sha256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
                Add(DigestAlgorithm.Sha256, TwoBlocksOf256,
                    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
                Add(DigestAlgorithm.Sha256, TwoBlocksOf512,
                    "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
                Add(DigestAlgorithm.Sha256, "a",
                    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0", times: 1_000_000);
                Add(DigestAlgorithm.Sha512, "",
                    "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce" +
                    "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e");
                Add(DigestAlgorithm.Sha512, "abc",
                    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a" +
                    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
                Add(DigestAlgorithm.Sha512, TwoBlocksOf256,
                    "204a8fc6dda82f0a0ced7beb8e08a41657c16ef468b228a8279be331a703c335" +
                    "96fd15c13b1b07f9aa1d3bea57789ca031ad85c7a71dd70354ec631238ca3445");
                Add(DigestAlgorithm.Sha512, TwoBlocksOf512,
                    "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018" +
                    "501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909");
                Add(DigestAlgorithm.Sha512, "a",
                    "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973eb" +
                    "de0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b", times: 1_000_000);
            }
            return data;
        }
    }

    [SkippableTheory]
    [MemberData(nameof(NistVectors))]
    public void Nist_messages_hash_to_their_published_digests(
        string engine, string algorithm, string message, int times, string expected)
    {
        var hash = ResumableHash.Create(AlgorithmOf(algorithm), EngineOf(engine));
        for (var i = 0; i < times; i++)
            hash.Append(Encoding.ASCII.GetBytes(message));
        Assert.Equal(expected, Convert.ToHexStringLower(hash.CurrentHash()));
    }

    [SkippableTheory]
    [MemberData(nameof(ResumableHashCases.All), MemberType = typeof(ResumableHashCases))]
    public void Random_content_in_random_pieces_hashes_as_in_one(string engine, string algorithm)
    {
        var random = new Random(20240607);
        for (var round = 0; round < 300; round++)
        {
            var content = new byte[random.Next(0, 5000)];
            random.NextBytes(content);
            var hash = ResumableHash.Create(AlgorithmOf(algorithm), EngineOf(engine));
            for (var at = 0; at < content.Length;)
            {
                var size = Math.Min(random.Next(0, round % 2 == 0 ? 40 : 700), content.Length - at);
                hash.Append(content.AsSpan(at, size));
                at += size;
                Assert.Equal(at, hash.Length);
            }
            Assert.Equal(Expected(algorithm, content), hash.CurrentHash());
        }
    }

    [SkippableTheory]
    [MemberData(nameof(ResumableHashCases.All), MemberType = typeof(ResumableHashCases))]
    public void The_hash_and_the_state_so_far_can_be_taken_after_every_byte(string engine, string algorithm)
    {
        var content = RandomBytes(300);
        var hash = ResumableHash.Create(AlgorithmOf(algorithm), EngineOf(engine));
        for (var length = 0; length < content.Length; length++)
        {
            var state = hash.ExportState();
            Assert.Equal(Expected(algorithm, content[..length]), hash.CurrentHash());
            Assert.Equal(Expected(algorithm, content[..length]), hash.CurrentHash());
            Assert.Equal(state, hash.ExportState());
            hash.Append(content.AsSpan(length, 1));
        }
        Assert.Equal(Expected(algorithm, content), hash.CurrentHash());
    }

    [SkippableTheory]
    [MemberData(nameof(ResumableHashCases.All), MemberType = typeof(ResumableHashCases))]
    public void Appending_nothing_changes_nothing(string engine, string algorithm)
    {
        foreach (var length in new[] { 0, 1, 64, 128, 200 })
        {
            var hash = ResumableHash.Create(AlgorithmOf(algorithm), EngineOf(engine));
            hash.Append(RandomBytes(length));
            var state = hash.ExportState();
            hash.Append([]);
            Assert.Equal(state, hash.ExportState());
        }
    }

    [SkippableTheory]
    [MemberData(nameof(ResumableHashCases.All), MemberType = typeof(ResumableHashCases))]
    public void Megabytes_in_one_append_at_an_odd_address_hash_correctly(string engine, string algorithm)
    {
        var content = RandomBytes(9_000_001);
        var hash = ResumableHash.Create(AlgorithmOf(algorithm), EngineOf(engine));
        hash.Append(content.AsSpan(0, 5));
        hash.Append(content.AsSpan(5));
        Assert.Equal(Expected(algorithm, content), hash.CurrentHash());
    }

    [SkippableTheory]
    [MemberData(nameof(ResumableHashCases.All), MemberType = typeof(ResumableHashCases))]
    public async Task Many_hashes_at_once_do_not_disturb_each_other(string engine, string algorithm)
    {
        // One engine for all of them, as in a process.
        var kind = AlgorithmOf(algorithm);
        var shared = EngineOf(engine);
        await Task.WhenAll(Enumerable.Range(0, 32).Select(worker => Task.Run(() =>
        {
            var random = new Random(worker);
            var content = new byte[50_000 + worker];
            random.NextBytes(content);
            var hash = ResumableHash.Create(kind, shared);
            for (var at = 0; at < content.Length;)
            {
                var size = Math.Min(random.Next(1, 900), content.Length - at);
                hash.Append(content.AsSpan(at, size));
                at += size;
                if (random.Next(8) == 0)
                    hash = ResumableHash.Restore(kind, hash.ExportState(), shared);
            }
            Assert.Equal(Expected(algorithm, content), hash.CurrentHash());
        })));
    }

    [Fact]
    public async Task The_engine_is_chosen_once_for_all_threads()
    {
        var engines = await Task.WhenAll(
            Enumerable.Range(0, 32).Select(_ => Task.Run(() => ResumableHashEngine.Preferred)));
        Assert.Single(engines.Distinct());
    }

    [SkippableFact]
    public void Libcrypto_is_preferred_where_it_loads()
    {
        EngineOf(Libcrypto);
        Assert.IsType<ResumableHashLibcryptoEngine>(ResumableHashEngine.Preferred);
    }

    [Fact]
    public void An_engine_that_is_absent_wrong_or_failing_is_replaced_by_the_managed_one()
    {
        Assert.IsType<ResumableHashManagedEngine>(ResumableHashEngine.Choose(null));
        Assert.IsType<ResumableHashManagedEngine>(
            ResumableHashEngine.Choose(new FaultyEngine(DigestAlgorithm.Sha256, fails: false)));
        Assert.IsType<ResumableHashManagedEngine>(
            ResumableHashEngine.Choose(new FaultyEngine(DigestAlgorithm.Sha512, fails: false)));
        Assert.IsType<ResumableHashManagedEngine>(
            ResumableHashEngine.Choose(new FaultyEngine(DigestAlgorithm.Sha512, fails: true)));
    }

    [Fact]
    public void An_engine_that_passes_its_test_is_kept()
    {
        var candidate = new ResumableHashManagedEngine();
        Assert.Same(candidate, ResumableHashEngine.Choose(candidate));
    }

    [Fact]
    public void A_value_that_is_no_algorithm_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => { ResumableHash.Create((DigestAlgorithm)2); });

    /// <summary>Right for one algorithm, wrong or failing for the other.</summary>
    private sealed class FaultyEngine(DigestAlgorithm faulty, bool fails) : ResumableHashEngine
    {
        private readonly ResumableHashManagedEngine _sound = new();

        public override void Compress(DigestAlgorithm algorithm, Span<ulong> words, ReadOnlySpan<byte> blocks)
        {
            if (algorithm == faulty && fails)
                throw new CryptographicException("The library refused.");
            _sound.Compress(algorithm, words, blocks);
            if (algorithm == faulty)
                words[7] ^= 1;
        }
    }
}
