using System.Net;
using Microsoft.AspNetCore.Http;

namespace Berth;

/// <summary>Who sends a request, as far as the proxies in front are believed.</summary>
internal static class ClientAddress
{
    /// <summary>
    /// The address that the outermost of <paramref name="proxies"/> proxies saw, each of which adds its client at the end of
    /// <c>X-Forwarded-For</c>; what stands before those entries is the client's own text and proves nothing. IPv4 inside
    /// IPv6 is given as IPv4. <see langword="null"/> where it cannot be told.
    /// </summary>
    public static IPAddress? Of(HttpContext context, int proxies)
    {
        if (proxies == 0)
        {
            return Plain(context.Connection.RemoteIpAddress);
        }
        var hops = string.Join(',', context.Request.Headers["X-Forwarded-For"].AsEnumerable())
            .Split(',', StringSplitOptions.TrimEntries);
        // Azure's front ends write address:port.
        return hops.Length >= proxies && IPEndPoint.TryParse(hops[^proxies], out var hop) ? Plain(hop.Address) : null;
    }

    private static IPAddress? Plain(IPAddress? address) =>
        address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
}
