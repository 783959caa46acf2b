using System.Net;
using Berth.Hosting;
using Berth.Server.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Berth.Server;

/// <summary>Kestrel for layers of many gigabytes, from clients that pause.</summary>
internal static class KestrelSetup
{
    /// <summary>Sets the limits and the one endpoint.</summary>
    /// <exception cref="SettingsException">The certificate cannot be used.</exception>
    public static void Apply(IWebHostBuilder web, ServerOptions options)
    {
        var https = options.Tls?.Load();
        web.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            ConnectionLimits.Apply(kestrel);
            Listen(kestrel, options.Address, endpoint =>
            {
                endpoint.Protocols = https is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;
                if (https is not null)
                    endpoint.UseHttps(https);
            });
        });
    }

    private static void Listen(KestrelServerOptions kestrel, ListenAddress address, Action<ListenOptions> configure)
    {
        // Kestrel cannot find a free port that is free on both of localhost's interfaces.
        if (address.Ip is null && address.Port != 0)
            kestrel.ListenLocalhost(address.Port, configure);
        else if (IPAddress.IPv6Any.Equals(address.Ip))
            kestrel.ListenAnyIP(address.Port, configure);
        else
            kestrel.Listen(address.Ip ?? IPAddress.Loopback, address.Port, configure);
    }
}
