using System.Buffers;
using Berth.Content;

namespace Berth.Stores;

/// <summary>Hashes the bytes of an upload beside their being received and stored, in their order.</summary>
/// <param name="hash">The hash of what came before.</param>
/// <param name="length">How many bytes those are.</param>
internal sealed class OverlappedHash(ResumableHash hash, long length)
{
    /// <summary>Fewer bytes are hashed sooner than another thread begins.</summary>
    private const int LeastForAnotherThread = 128 * 1024;

    private Task _last = Task.CompletedTask;

    /// <summary>Hashes bytes, without those that were given before.</summary>
    /// <param name="offset">Where they begin in the upload: no later than where the bytes given before end.</param>
    /// <param name="content">The bytes, which must stay as they are until the call has ended.</param>
    public Task AppendAsync(long offset, ReadOnlySequence<byte> content)
    {
        if (offset + content.Length <= length)
        {
            return _last;
        }
        var fresh = content.Slice(length - offset);
        length += fresh.Length;
        return _last = AppendAsync(_last, fresh);
    }

    /// <summary>The hash of all bytes given.</summary>
    public async Task<ResumableHash> EndAsync()
    {
        await _last;
        return hash;
    }

    private async Task AppendAsync(Task before, ReadOnlySequence<byte> bytes)
    {
        if (bytes.Length >= LeastForAnotherThread)
        {
            await Task.Yield();
        }
        await before;
        foreach (var memory in bytes)
        {
            hash.Append(memory.Span);
        }
    }
}
