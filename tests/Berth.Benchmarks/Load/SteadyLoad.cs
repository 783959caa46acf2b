using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Berth.Benchmarks.Load;

/// <summary>What a load was answered.</summary>
/// <param name="PerSecond">Answers in a second.</param>
/// <param name="Median">Half of the answers came within, in milliseconds.</param>
/// <param name="Percentile99">99 of 100 answers came within, in milliseconds.</param>
internal sealed record LoadResult(double PerSecond, double Median, double Percentile99);

/// <summary>
/// One request again and again over a number of connections, a new one on each as soon as the last was answered: what wrk does.
/// One thread serves all of them. Of every answer status, length and body are checked.
/// </summary>
internal sealed class SteadyLoad : IDisposable
{
    private const int BufferSize = 16 * 1024;
    private const int WaitMilliseconds = 10_000;

    private readonly HttpRequest _request;
    private readonly int _bodyLength;
    private readonly byte[] _expected;
    private readonly Connection[] _connections;
    private readonly Poll.Entry[] _entries;

    /// <param name="server">Who is asked.</param>
    /// <param name="request">What.</param>
    /// <param name="connections">Over how many connections at once.</param>
    /// <param name="expected">The body that every answer must have; of the length alone where the request is a HEAD.</param>
    public SteadyLoad(IPEndPoint server, HttpRequest request, int connections, byte[] expected)
    {
        (_request, _expected) = (request, expected);
        _bodyLength = request.IsHead ? 0 : expected.Length;
        _connections = [.. Enumerable.Range(0, connections).Select(_ => new Connection(server))];
        _entries = [.. _connections.Select(one => new Poll.Entry { Handle = one.Handle, Wanted = Poll.Readable })];
    }

    public void Dispose()
    {
        foreach (var connection in _connections)
            connection.Dispose();
    }

    /// <summary>Asks for some time, then waits for the answers that are due.</summary>
    /// <exception cref="InvalidDataException">An answer is wrong.</exception>
    public LoadResult Run(TimeSpan duration, CancellationToken cancellationToken)
    {
        var latencies = new List<long>(1 << 16);
        var began = Stopwatch.GetTimestamp();
        var end = began + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        foreach (var connection in _connections)
            connection.Send(_request.Bytes);
        var last = began;
        for (var due = _connections.Length; due > 0;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Poll.Wait(_entries, WaitMilliseconds) <= 0)
                throw new InvalidDataException($"{_request.Method} {_request.Target} was not answered");
            for (var i = 0; i < _entries.Length; i++)
            {
                if (_entries[i].Found == 0 || !_connections[i].Receive(_bodyLength))
                    continue;
                Verify(_connections[i]);
                last = Stopwatch.GetTimestamp();
                latencies.Add(last - _connections[i].SentAt);
                if (last < end)
                    _connections[i].Send(_request.Bytes);
                else
                    due--;
            }
        }

        latencies.Sort();
        return new(
            latencies.Count / Stopwatch.GetElapsedTime(began, last).TotalSeconds,
            Milliseconds(latencies[latencies.Count / 2]),
            Milliseconds(latencies[(int)(latencies.Count * 0.99)]));
    }

    private static double Milliseconds(long ticks) => ticks * 1000.0 / Stopwatch.Frequency;

    private void Verify(Connection connection)
    {
        if (connection.Status != 200 || connection.ContentLength != _expected.Length
            || (!_request.IsHead && !connection.Body(_bodyLength).SequenceEqual(_expected)))
        {
            throw new InvalidDataException($"{_request.Method} {_request.Target} was answered:\n{connection.Text}");
        }
    }

    private sealed class Connection : IDisposable
    {
        private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly byte[] _buffer = new byte[BufferSize];
        private int _length;
        private int _headLength;

        public Connection(IPEndPoint server)
        {
            _socket.NoDelay = true;
            _socket.Connect(server);
        }

        public int Handle => (int)_socket.Handle;

        public long SentAt { get; private set; }

        public int ContentLength { get; private set; }

        public int Status => System.Buffers.Text.Utf8Parser.TryParse(_buffer.AsSpan(9, 3), out int status, out _) ? status : 0;

        public string Text => System.Text.Encoding.UTF8.GetString(_buffer, 0, _length);

        public void Dispose() => _socket.Dispose();

        public ReadOnlySpan<byte> Body(int length) => _buffer.AsSpan(_headLength, length);

        public void Send(ReadOnlySpan<byte> request)
        {
            _length = _headLength = 0;
            SentAt = Stopwatch.GetTimestamp();
            if (Poll.Send(Handle, request) != request.Length)
                throw new InvalidDataException("a request could not be sent");
        }

        /// <summary>Reads what has come.</summary>
        /// <returns>Whether the answer is there as a whole.</returns>
        public bool Receive(int bodyLength)
        {
            var read = Poll.Receive(Handle, _buffer.AsSpan(_length));
            if (read <= 0)
                throw new InvalidDataException($"the connection broke after:\n{Text}");
            _length += read;
            if (_headLength == 0)
            {
                var end = _buffer.AsSpan(0, _length).IndexOf("\r\n\r\n"u8);
                if (end < 0)
                    return false;
                _headLength = end + 4;
                ContentLength = ReadContentLength();
            }

            // An answer of another length is wrong, whatever follows.
            return Status != 200 || ContentLength != bodyLength || _length >= _headLength + bodyLength;
        }

        private int ReadContentLength()
        {
            var head = _buffer.AsSpan(0, _headLength);
            var at = head.IndexOf("\r\nContent-Length: "u8);
            return at >= 0 && System.Buffers.Text.Utf8Parser.TryParse(head[(at + 18)..], out int length, out _) ? length : -1;
        }
    }
}
