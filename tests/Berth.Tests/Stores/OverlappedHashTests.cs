using System.Buffers;
using System.Security.Cryptography;
using Berth.Content;
using Berth.Stores;

namespace Berth.Tests.Stores;

/// <summary>Bytes that are hashed beside other work: in their order, and each once.</summary>
public sealed class OverlappedHashTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    public async Task Pieces_given_one_after_the_other_are_hashed_in_that_order(int before)
    {
        var content = new byte[3_000_000];
        new Random(before).NextBytes(content);
        var hash = ResumableHash.Create(DigestAlgorithm.Sha256);
        hash.Append(content.AsSpan(0, before));
        var overlapped = new OverlappedHash(hash, before);

        // Small ones are hashed at once, large ones elsewhere; neither waits for the other.
        var random = new Random(1);
        for (var offset = 0; offset < content.Length;)
        {
            var length = Math.Min(random.Next(2) == 0 ? random.Next(1, 5000) : random.Next(130_000, 400_000), content.Length - offset);
            _ = overlapped.AppendAsync(offset, new ReadOnlySequence<byte>(content, offset, length));
            offset += length;
        }

        Assert.Equal(SHA256.HashData(content), (await overlapped.EndAsync()).CurrentHash());
    }

    [Fact]
    public async Task What_was_given_before_is_not_hashed_again()
    {
        var content = RandomNumberGenerator.GetBytes(300_000);
        var overlapped = new OverlappedHash(ResumableHash.Create(DigestAlgorithm.Sha512), 0);

        await overlapped.AppendAsync(0, new(content, 0, 200_000));
        await overlapped.AppendAsync(0, new(content, 0, 200_000));
        await overlapped.AppendAsync(100_000, new(content, 100_000, 150_000));
        await overlapped.AppendAsync(250_000, default);
        await overlapped.AppendAsync(10, new(content, 10, 299_990));

        Assert.Equal(SHA512.HashData(content), (await overlapped.EndAsync()).CurrentHash());
    }

    [Fact]
    public async Task Bytes_may_change_when_their_call_has_ended()
    {
        var content = RandomNumberGenerator.GetBytes(400_000);
        var expected = SHA256.HashData(content);
        var overlapped = new OverlappedHash(ResumableHash.Create(DigestAlgorithm.Sha256), 0);

        var first = overlapped.AppendAsync(0, new(content, 0, 200_000));
        var second = overlapped.AppendAsync(200_000, new(content, 200_000, 200_000));
        await first;
        content.AsSpan(0, 200_000).Clear();
        await second;
        content.AsSpan().Clear();

        Assert.Equal(expected, (await overlapped.EndAsync()).CurrentHash());
    }
}
