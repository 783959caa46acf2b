using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Win32.SafeHandles;

namespace Berth.Server;

/// <summary>
/// What a connection without TLS sends, written to its socket at once and not through the transport's pipe: so that when a flush is
/// done the system has all bytes before, and may be asked to send the next ones from a file (sendfile). A GiB pulled takes a third
/// of the processor's time that copying takes.
/// </summary>
/// <remarks>
/// Kestrel does not know of files. It is told of bytes in a memory that nobody may look at, and so goes on to count them against the
/// Content-Length, to measure how fast the client takes them, and to end the connection when they do not all go; the flush then
/// sends as many from the file. Where one of the writers in between copied instead, the memory throws.
/// </remarks>
internal sealed class SocketOutput : PipeWriter, IFileSender
{
    /// <summary>What one call to the system takes of bytes that are not a file's.</summary>
    private const int BufferSize = 64 * 1024;

    private readonly ConnectionContext _connection;
    private readonly Socket _socket;
    private readonly PipeWriter _bytes;
    private FilePart? _part;

    /// <summary>The part that was sent last, kept for its stream, which closes the caller's file when it is collected.</summary>
    private SendPacketsElement? _last;

    private SocketOutput(ConnectionContext connection, Socket socket)
    {
        (_connection, _socket) = (connection, socket);
        _bytes = Create(new NetworkStream(socket, ownsSocket: false), new(minimumBufferSize: BufferSize));
    }

    public override bool CanGetUnflushedBytes => _bytes.CanGetUnflushedBytes;

    public override long UnflushedBytes => _bytes.UnflushedBytes;

    /// <summary>Serves a connection that way.</summary>
    public static async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (connection.Features.Get<IConnectionSocketFeature>()?.Socket is not { } socket)
        {
            await next(connection);
            return;
        }
        LeaveUnpaced(connection, socket);
        var (transport, output) = (connection.Transport, new SocketOutput(connection, socket));
        connection.Transport = new Ends(transport.Input, output);
        connection.Features.Set<IFileSender>(output);
        try
        {
            await next(connection);
        }
        finally
        {
            await output.CompleteAsync();
            connection.Transport = transport; // which has sent nothing, and now ends the connection
        }
    }

    public async Task<bool> BeginAsync(HttpResponse response, CancellationToken cancellationToken)
    {
        if (response.ContentLength is null)
            return false; // Kestrel writes the length of a chunk before it
        await response.StartAsync(cancellationToken);
        await response.BodyWriter.FlushAsync(cancellationToken);
        _part = new(null!, 0, 1);
        try
        {
            return _bytes.UnflushedBytes == 0 && IsUnreadable(response.BodyWriter.GetMemory(1));
        }
        finally
        {
            _part = null;
        }
    }

    public async Task SendAsync(
        HttpResponse response, SafeFileHandle file, long offset, int count, CancellationToken cancellationToken)
    {
        var part = new FilePart(file, offset, count);
        _part = part;
        try
        {
            if (!IsUnreadable(response.BodyWriter.GetMemory(count)))
                throw new ConnectionResetException("The client is gone."); // Kestrel gives memory for nothing then
            response.BodyWriter.Advance(count);
            await response.BodyWriter.FlushAsync(cancellationToken);
        }
        finally
        {
            _part = null;
        }
        if (part.Failure is { } failure)
            throw failure;
    }

    public override Memory<byte> GetMemory(int sizeHint = 0) =>
        _part is { } part ? new UnreadableMemory(part.Count).Memory : _bytes.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        if (_part is null)
            _bytes.Advance(bytes);
        else if (bytes == _part.Count && !_part.IsAnnounced)
            _part.IsAnnounced = true;
        else
            throw new InvalidOperationException("A part of a file is sent whole.");
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_part is { IsAnnounced: true } part)
            return SendAsync(part);
        var flushing = _bytes.FlushAsync(cancellationToken);
        return flushing.IsCompletedSuccessfully ? flushing : AwaitAsync(flushing);
    }

    public override void CancelPendingFlush() => _bytes.CancelPendingFlush();

    public override void Complete(Exception? exception = null)
    {
        try
        {
            _bytes.Complete(exception);
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException)
        {
            // Who should take the last bytes is gone.
        }
    }

    /// <summary>
    /// Keeps the system from pacing what does not leave this machine: where it paces (BBR), it sets a timer for each 64 KiB, and
    /// with them a pull by a proxy on the same machine takes twice as long as without.
    /// </summary>
    private static void LeaveUnpaced(ConnectionContext connection, Socket socket)
    {
        const int Tcp = 6, CongestionControl = 13; // IPPROTO_TCP, TCP_CONGESTION
        if (connection is not { LocalEndPoint: IPEndPoint local, RemoteEndPoint: IPEndPoint remote }
            || !local.Address.Equals(remote.Address))
        {
            return;
        }
        try
        {
            socket.SetRawSocketOption(Tcp, CongestionControl, "reno"u8);
        }
        catch (SocketException)
        {
            // The system does not let us choose, or the client has gone; the connection works either way.
        }
    }

    private static bool IsUnreadable(ReadOnlyMemory<byte> memory) =>
        MemoryMarshal.TryGetMemoryManager<byte, UnreadableMemory>(memory, out _);

    private async ValueTask<FlushResult> AwaitAsync(ValueTask<FlushResult> flushing)
    {
        try
        {
            return await flushing;
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            return End(exception);
        }
    }

    private async ValueTask<FlushResult> SendAsync(FilePart part)
    {
        part.IsAnnounced = false;
        try
        {
            var file = _last?.FileStream?.SafeFileHandle == part.File
                ? _last.FileStream
                : new FileStream(part.File, FileAccess.Read, bufferSize: 0, isAsync: true);
            _last = new(file, part.Offset, part.Count);
            using var sending = new PartSending(_last);
            var sent = await sending.RunAsync(_socket);
            part.Failure = sent == part.Count ? null : EndsEarly();
            return default;
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.InvalidArgument)
        {
            part.Failure = EndsEarly(); // which .NET finds before it sends any of the part
            return default;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            part.Failure = new ConnectionResetException("The client is gone.", exception);
            return End(exception);
        }
    }

    private static EndOfStreamException EndsEarly() => new("A file ends before the part of it that was to be sent.");

    /// <summary>A pipe tells with its result that nobody takes bytes any more: Kestrel takes an exception for a defect.</summary>
    private FlushResult End(Exception exception)
    {
        _connection.Abort(new ConnectionAbortedException("The answer could not be sent.", exception));
        return new(isCanceled: false, isCompleted: true);
    }

    private sealed record Ends(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class FilePart(SafeFileHandle file, long offset, int count)
    {
        public SafeFileHandle File { get; } = file;

        public long Offset { get; } = offset;

        public int Count { get; } = count;

        public bool IsAnnounced { get; set; }

        /// <summary>Why it was not sent; <see langword="null"/> once it was.</summary>
        public Exception? Failure { get; set; } = new InvalidOperationException("A part of a file was not sent.");
    }

    /// <summary>Has a length, and no bytes.</summary>
    private sealed class UnreadableMemory(int length) : MemoryManager<byte>
    {
        public override Memory<byte> Memory => CreateMemory(length);

        public override Span<byte> GetSpan() => throw NoBytes();

        public override MemoryHandle Pin(int elementIndex = 0) => throw NoBytes();

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }

        private static InvalidOperationException NoBytes() => new("The bytes of a file are not in memory.");
    }

    /// <summary>One part on its way.</summary>
    private sealed class PartSending : SocketAsyncEventArgs
    {
        private readonly TaskCompletionSource<int> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public PartSending(SendPacketsElement part) => SendPacketsElements = [part];

        public Task<int> RunAsync(Socket socket)
        {
            if (!socket.SendPacketsAsync(this))
                OnCompleted(this);
            return _done.Task;
        }

        protected override void OnCompleted(SocketAsyncEventArgs e)
        {
            if (SocketError == SocketError.Success)
                _done.SetResult(BytesTransferred);
            else
                _done.SetException(new SocketException((int)SocketError));
        }
    }
}
