using System.Net;
using System.Net.Sockets;

namespace Berth.Benchmarks.Peers;

/// <summary>A port of 127.0.0.1 that nothing listens on now: not every program can tell which one it was given.</summary>
internal static class FreePort
{
    public static int Find()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
