using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Berth.Server.Configuration;

/// <summary>Where the host listens.</summary>
/// <param name="Scheme">http or https where the user wrote it, else <see langword="null"/>.</param>
/// <param name="Ip">The interface; <see langword="null"/> for localhost, IPv4 and IPv6.</param>
/// <param name="Port">The port; 0 for any free one.</param>
internal sealed record ListenAddress(string? Scheme, IPAddress? Ip, int Port)
{
    /// <summary>The forms accepted, for messages.</summary>
    public const string Forms =
        "an address and a port, such as 127.0.0.1:5000, :5000 for every interface, or https://0.0.0.0:5000";

    /// <summary>True when only this machine can reach it.</summary>
    public bool IsLoopback => Ip is null || IPAddress.IsLoopback(Ip);

    /// <summary>True when it is every interface there is.</summary>
    public bool IsAny => IPAddress.Any.Equals(Ip) || IPAddress.IPv6Any.Equals(Ip);

    /// <summary>As the Docker registry writes it.</summary>
    public override string ToString() =>
        Ip is null ? $"localhost:{Port}" : IPAddress.IPv6Any.Equals(Ip) ? $":{Port}" : $"{new IPEndPoint(Ip, Port)}";

    /// <summary>Reads the forms of the Docker registry (<c>:5000</c>) and of .NET (<c>http://*:5000</c>).</summary>
    public static bool TryParse(string text, out ListenAddress value)
    {
        value = new(null, null, 0);
        var scheme = text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? "http"
            : text.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? "https"
            : null;
        var rest = text.AsSpan(scheme is null ? 0 : scheme.Length + "://".Length);
        if (scheme is not null && rest.EndsWith('/'))
            rest = rest[..^1];
        var colon = rest.LastIndexOf(':');
        if (colon < 0
            || !ushort.TryParse(rest[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || !TryHost(rest[..colon].ToString(), out var ip))
        {
            return false;
        }

        value = new(scheme, ip, port);
        return true;
    }

    private static bool TryHost(string host, out IPAddress? ip)
    {
        ip = null;
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            return true;
        if (host is "" or "*" or "+")
            ip = IPAddress.IPv6Any;
        else if (host is ['[', .. var inner, ']'] && IPAddress.TryParse(inner, out var six)
            && six.AddressFamily == AddressFamily.InterNetworkV6)
            ip = six;
        else if (host.Count(letter => letter == '.') == 3 && IPAddress.TryParse(host, out var four)
            && four.AddressFamily == AddressFamily.InterNetwork)
            ip = four;
        return ip is not null;
    }
}
