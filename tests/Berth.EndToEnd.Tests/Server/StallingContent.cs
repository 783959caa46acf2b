using System.Net;

namespace Berth.EndToEnd.Tests.Server;

/// <summary>A body that sends all of its bytes but the last, and then waits for ever.</summary>
public sealed class StallingContent(ReadOnlyMemory<byte> content) : HttpContent
{
    private readonly TaskCompletionSource _stalled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _never = new();

    /// <summary>Completes when the bytes are on their way.</summary>
    public Task Stalled => _stalled.Task;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(content[..^1], cancellationToken);
        await stream.FlushAsync(cancellationToken);
        _stalled.SetResult();
        await _never.Task.WaitAsync(cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = content.Length;
        return true;
    }
}
