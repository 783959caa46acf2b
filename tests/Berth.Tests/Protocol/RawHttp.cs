using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Berth.Tests.Protocol;

/// <summary>HTTP/1.1 by hand, for what no well-behaved client sends.</summary>
public sealed class RawHttp : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    private RawHttp()
    {
    }

    public static Task<RawHttp> ConnectAsync(TestRegistry registry) => ConnectAsync(registry.Address);

    public static async Task<RawHttp> ConnectAsync(Uri address)
    {
        var http = new RawHttp();
        await http._socket.ConnectAsync(address.Host, address.Port);
        return http;
    }

    /// <summary>Sends a request without a body, its target as it stands, and reads the answer.</summary>
    public static async Task<RawAnswer> SendAsync(
        TestRegistry registry, string method, string target, params string[] headers)
    {
        await using var http = await ConnectAsync(registry);
        await http.SendHeadAsync(method, target, [.. headers, "Connection: close"]);
        return await http.ReadAsync();
    }

    public Task SendHeadAsync(string method, string target, params string[] headers) =>
        SendAsync(Encoding.UTF8.GetBytes(
            $"{method} {target} HTTP/1.1\r\nHost: registry.example\r\n{string.Concat(headers.Select(h => h + "\r\n"))}\r\n"));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await _socket.SendAsync(bytes, deadline.Token)..];
        }
    }

    /// <summary>Reads until the answer is whole, or the server closes the connection or breaks it.</summary>
    public async Task<RawAnswer> ReadAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        var bytes = new MemoryStream();
        var buffer = new byte[16 * 1024];
        try
        {
            int count;
            while ((count = await _socket.ReceiveAsync(buffer, deadline.Token)) > 0)
            {
                bytes.Write(buffer, 0, count);
                // A server that refused a body may wait seconds for the client to give up sending it.
                if (count < buffer.Length && RawAnswer.Parse(bytes.ToArray()) is { IsWhole: true } answer)
                {
                    return answer;
                }
            }
        }
        catch (SocketException)
        {
            // Broken: what came before is the answer.
        }
        return RawAnswer.Parse(bytes.ToArray());
    }

    /// <summary>Ends the connection: in order, or as a machine that lost its power.</summary>
    public void Close(bool reset)
    {
        if (reset)
        {
            _socket.LingerState = new LingerOption(true, 0);
        }
        _socket.Close();
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>An answer as it came.</summary>
/// <param name="Status">0 when there was none.</param>
/// <param name="Headers">Names and values.</param>
/// <param name="Body">What followed the headers, not decoded.</param>
public sealed record RawAnswer(int Status, IReadOnlyList<(string Name, string Value)> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>Whether as many bytes came as were announced.</summary>
    public bool IsWhole => Header("Content-Length") == Body.Length.ToString(CultureInfo.InvariantCulture);

    public string? Header(string name)
    {
        var values = Headers
            .Where(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            .Select(header => header.Value)
            .ToList();
        return values.Count == 0 ? null : string.Join(", ", values);
    }

    public static RawAnswer Parse(byte[] bytes)
    {
        var end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return new(0, [], bytes);
        }
        var lines = Encoding.Latin1.GetString(bytes, 0, end).Split("\r\n");
        var headers = lines.Skip(1).Select(line => line.Split(": ", 2)).Select(pair => (pair[0], pair[1])).ToList();
        return new(int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture), headers, bytes[(end + 4)..]);
    }
}
