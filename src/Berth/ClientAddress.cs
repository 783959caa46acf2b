using System.Net;
using Microsoft.AspNetCore.Http;

namespace Berth;

/// <summary>Who sends a request, as far as the proxies in front are believed.</summary>
internal static class ClientAddress
{
    /// <summary>
    /// The nearest address that is not a proxy's: the connection's, or, where that is a proxy, the one before it in
    /// <c>X-Forwarded-For</c>, to whose end each proxy adds its client. What stands before the entry of the first stranger is
    /// that stranger's own text and proves nothing. IPv4 inside IPv6 is given as IPv4. <see langword="null"/> where it cannot be
    /// told.
    /// </summary>
    public static IPAddress? Of(HttpContext context, IReadOnlyList<IPNetwork> proxies)
    {
        var address = Plain(context.Connection.RemoteIpAddress);
        if (!IsProxy(address))
        {
            return address;
        }
        var hops = string.Join(',', context.Request.Headers["X-Forwarded-For"].AsEnumerable())
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        for (var i = hops.Length - 1; i >= 0 && IsProxy(address); i--)
        {
            // Azure's front ends write address:port.
            address = IPEndPoint.TryParse(hops[i], out var hop) ? Plain(hop.Address) : null;
        }
        return address;

        bool IsProxy(IPAddress? one) => one is not null && proxies.Any(network => network.Contains(one));
    }

    private static IPAddress? Plain(IPAddress? address) =>
        address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
}
