using System.Globalization;
using System.Net;
using System.Text;

namespace Berth.Benchmarks.Load;

/// <summary>A request of HTTP/1.1 without a body, as the bytes that go over the wire.</summary>
/// <param name="Method">Such as GET.</param>
/// <param name="Target">Path and query.</param>
/// <param name="Bytes">Its line and its headers.</param>
internal sealed record HttpRequest(string Method, string Target, byte[] Bytes)
{
    public bool IsHead => Method == "HEAD";

    /// <param name="server">Whom the Host header names.</param>
    /// <param name="method">Such as GET.</param>
    /// <param name="target">Path and query.</param>
    /// <param name="headers">Whole lines without their ends.</param>
    public static HttpRequest Create(IPEndPoint server, string method, string target, params string[] headers)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{method} {target} HTTP/1.1\r\nHost: {server}\r\n");
        foreach (var header in headers)
            text.Append(header).Append("\r\n");
        return new(method, target, Encoding.ASCII.GetBytes(text.Append("\r\n").ToString()));
    }
}
