using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Berth.Benchmarks.Load;

/// <summary>
/// One connection of HTTP/1.1 that is kept, over a socket that blocks: one request at a time, of one thread. It does nothing that
/// a measurement would not want: no pool, no proxy, no redirects, no copies of large bodies.
/// </summary>
internal sealed class HttpConnection : IDisposable
{
    private const int BufferSize = 256 * 1024;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[BufferSize];
    private int _start;
    private int _end;

    public HttpConnection(IPEndPoint server)
    {
        Server = server;
        _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            SendTimeout = (int)Limit.TotalMilliseconds,
            ReceiveTimeout = (int)Limit.TotalMilliseconds,
        };
        try
        {
            _socket.Connect(server);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    public IPEndPoint Server { get; }

    public void Dispose() => _socket.Dispose();

    /// <summary>Sends a request without a body and reads the answer.</summary>
    public HttpAnswer Send(string method, string target, params string[] headers) =>
        Send(HttpRequest.Create(Server, method, target, headers));

    /// <summary>Sends a request without a body and reads the answer.</summary>
    public HttpAnswer Send(HttpRequest request)
    {
        SendAll(request.Bytes);
        return ReadAnswer(request.IsHead);
    }

    /// <summary>Sends a request with a body and reads the answer.</summary>
    /// <param name="method">Such as PUT.</param>
    /// <param name="target">Path and query.</param>
    /// <param name="body">The body: pieces, sent one after the other.</param>
    /// <param name="chunked">Without a length, as a client does that reads from a pipe.</param>
    /// <param name="headers">Whole lines without their ends.</param>
    public HttpAnswer Send(
        string method, string target, IEnumerable<ReadOnlyMemory<byte>> body, bool chunked, params string[] headers)
    {
        var pieces = body.ToList();
        var length = string.Create(CultureInfo.InvariantCulture, $"Content-Length: {pieces.Sum(piece => (long)piece.Length)}");
        SendAll(HttpRequest.Create(
            Server, method, target, [.. headers, chunked ? "Transfer-Encoding: chunked" : length]).Bytes);
        foreach (var piece in pieces)
        {
            if (chunked)
                SendChunks(piece);
            else
                SendAll(piece.Span);
        }

        if (chunked)
            SendAll("0\r\n\r\n"u8);
        return ReadAnswer(isHead: false);
    }

    /// <summary>Sends a request and hands on the body piece by piece, unbuffered.</summary>
    /// <returns>The head, the length of the body and how long its first byte took.</returns>
    public (HttpHead Head, long Length, TimeSpan FirstByte) Download(HttpRequest request, Action<ReadOnlyMemory<byte>> take)
    {
        var began = Stopwatch.GetTimestamp();
        SendAll(request.Bytes);
        var head = ReadHead();
        var length = long.Parse(head["Content-Length"]!, CultureInfo.InvariantCulture);
        var first = TimeSpan.Zero;
        for (var left = length; left > 0;)
        {
            if (_start == _end)
                Fill();
            if (first == TimeSpan.Zero)
                first = Stopwatch.GetElapsedTime(began);
            var piece = (int)Math.Min(left, _end - _start);
            take(_buffer.AsMemory(_start, piece));
            _start += piece;
            left -= piece;
        }

        return (head, length, first);
    }

    private HttpAnswer ReadAnswer(bool isHead)
    {
        var head = ReadHead();
        if (isHead || head.Status is 204 or 304)
            return new(head, []);
        if (head["Content-Length"] is { } length)
            return new(head, ReadExactly(int.Parse(length, CultureInfo.InvariantCulture)));
        if (!"chunked".Equals(head["Transfer-Encoding"], StringComparison.OrdinalIgnoreCase))
            throw new InvalidDataException($"an answer {head.Status} without a length");
        return new(head, ReadChunks());
    }

    private HttpHead ReadHead()
    {
        var lines = new List<string>();
        for (var line = ReadLine(); line.Length > 0; line = ReadLine())
            lines.Add(line);
        return new(int.Parse(lines[0].AsSpan(9, 3), CultureInfo.InvariantCulture), lines[1..]);
    }

    private byte[] ReadChunks()
    {
        using var body = new MemoryStream();
        while (true)
        {
            var size = int.Parse(ReadLine(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            body.Write(ReadExactly(size));
            ReadLine();
            if (size == 0)
                return body.ToArray();
        }
    }

    private string ReadLine()
    {
        while (true)
        {
            var end = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n"u8);
            if (end >= 0)
            {
                var line = Encoding.ASCII.GetString(_buffer, _start, end);
                _start += end + 2;
                return line;
            }

            Fill();
        }
    }

    private byte[] ReadExactly(int length)
    {
        var content = new byte[length];
        for (var read = 0; read < length;)
        {
            if (_start == _end)
                Fill();
            var piece = Math.Min(length - read, _end - _start);
            _buffer.AsSpan(_start, piece).CopyTo(content.AsSpan(read));
            _start += piece;
            read += piece;
        }

        return content;
    }

    private void Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        var read = _socket.Receive(_buffer, _end, _buffer.Length - _end, SocketFlags.None);
        if (read == 0)
            throw new InvalidDataException("the server has closed the connection, or sent a line without an end");
        _end += read;
    }

    /// <summary>Chunks of 64 KiB: what curl sends.</summary>
    private void SendChunks(ReadOnlyMemory<byte> content)
    {
        const int Size = 64 * 1024;
        Span<byte> chunk = new byte[Size + 16];
        for (; content.Length > 0; content = content[Math.Min(Size, content.Length)..])
        {
            var piece = content.Span[..Math.Min(Size, content.Length)];
            piece.Length.TryFormat(chunk, out var digits, "x", CultureInfo.InvariantCulture);
            "\r\n"u8.CopyTo(chunk[digits..]);
            piece.CopyTo(chunk[(digits + 2)..]);
            "\r\n"u8.CopyTo(chunk[(digits + 2 + piece.Length)..]);
            SendAll(chunk[..(digits + 4 + piece.Length)]);
        }
    }

    private void SendAll(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
            bytes = bytes[_socket.Send(bytes)..];
    }
}
