using System.Buffers;
using System.Runtime.InteropServices;
using Berth.Storage.FileSystem;

namespace Berth.Storage.Tests.FileSystem;

/// <summary>Whatever way its bytes take to the disk, a part is where it belongs.</summary>
public sealed class PartFileTests : IDisposable
{
    private const int Page = 4096;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Whole pages in aligned memory, what is left of one, memory between pages: after one another, from any offset.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(Page)]
    [InlineData(80 * 1024)]
    [InlineData(1)]
    [InlineData(Page + 100)]
    public void Every_byte_of_a_part_is_at_its_offset(long offset)
    {
        (int Length, bool IsAligned)[] buffers =
        [
            (64 * Page, true), (32 * Page + 100, true), (Page - 100, true), (16 * Page, false), (40 * Page, true), (Page, true), (7, true),
        ];
        var content = new byte[buffers.Sum(buffer => buffer.Length)];
        Random.Shared.NextBytes(content);
        var path = Path.Join(_folder.Root, "part");
        using (var handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite))
        {
            PartFile.Write(handle, Sequence(content, buffers), offset, CancellationToken.None);
        }

        var written = File.ReadAllBytes(path);
        Assert.Equal(offset + content.Length, written.Length);
        Assert.True(written.AsSpan((int)offset).SequenceEqual(content));
        Assert.Equal(-1, written.AsSpan(0, (int)offset).IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void A_part_disturbs_nothing_beside_it()
    {
        var before = new byte[100 * Page];
        Random.Shared.NextBytes(before);
        var path = Path.Join(_folder.Root, "part");
        File.WriteAllBytes(path, before);
        var content = new byte[40 * Page];
        Random.Shared.NextBytes(content);
        using (var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            PartFile.Write(handle, Sequence(content, [(content.Length, true)]), 10 * Page, CancellationToken.None);
        }

        content.CopyTo(before, 10 * Page);
        Assert.True(File.ReadAllBytes(path).AsSpan().SequenceEqual(before));
    }

    private static ReadOnlySequence<byte> Sequence(byte[] content, (int Length, bool IsAligned)[] buffers)
    {
        var done = 0;
        return Buffers.Join(buffers.Select(buffer =>
        {
            var array = GC.AllocateUninitializedArray<byte>(buffer.Length + 2 * Page, pinned: true);
            var start = (int)(Page - Marshal.UnsafeAddrOfPinnedArrayElement(array, 0) % Page) + (buffer.IsAligned ? 0 : 1);
            content.AsSpan(done, buffer.Length).CopyTo(array.AsSpan(start));
            done += buffer.Length;
            return (ReadOnlyMemory<byte>)array.AsMemory(start, buffer.Length);
        }));
    }
}
