using System.Net;

namespace Berth.EndToEnd.Tests.Server;

/// <summary>A body that sends all of its bytes but the last, and waits there until it is broken off.</summary>
public sealed class StallingContent(ReadOnlyMemory<byte> content) : HttpContent
{
    private readonly TaskCompletionSource _stalled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _rest = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the bytes are on their way.</summary>
    public Task Stalled => _stalled.Task;

    /// <summary>Fails the request.</summary>
    public void BreakOff() => _rest.TrySetException(new IOException("broken off"));

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await stream.WriteAsync(content[..^1]);
        await stream.FlushAsync();
        _stalled.SetResult();
        await _rest.Task;
    }

    protected override bool TryComputeLength(out long length)
    {
        length = content.Length;
        return true;
    }
}
