using System.Net.Sockets;
using System.Text;

namespace Berth.EndToEnd.Tests.Server;

/// <summary>A request as it stands, for what no client would send.</summary>
public static class RawRequest
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Sends it and reads until the server closes the connection.</summary>
    /// <param name="server">Where to.</param>
    /// <param name="head">The request line and headers, a line each; Host and Connection are added.</param>
    /// <param name="body">What follows them.</param>
    public static Task<string> SendAsync(Uri server, string head, string body = "") => ExchangeAsync(
        server, $"{head.ReplaceLineEndings("\r\n")}\r\nHost: registry.example\r\nConnection: close\r\n\r\n{body}");

    /// <summary>Sends bytes and reads until the server closes the connection, for 30 seconds at most.</summary>
    public static async Task<string> ExchangeAsync(Uri server, string text)
    {
        using var limit = new CancellationTokenSource(Limit);
        using var client = new TcpClient();
        await client.ConnectAsync(server.Host, server.Port, limit.Token);
        var stream = client.GetStream();
        var answer = new MemoryStream();
        try
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(text), limit.Token);
            await stream.CopyToAsync(answer, limit.Token);
        }
        catch (IOException)
        {
            // Broken: what came before is the answer.
        }

        return Encoding.UTF8.GetString(answer.ToArray());
    }
}
