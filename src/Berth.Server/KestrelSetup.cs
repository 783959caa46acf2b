using System.Net;
using Berth.Hosting;
using Berth.Server.Configuration;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Berth.Server;

/// <summary>Kestrel for layers of many gigabytes, from clients that pause.</summary>
internal static class KestrelSetup
{
    private const string MetricsConnection = "Berth.Metrics";

    /// <summary>Whether a request came where Prometheus asks, and not where clients of the registry do.</summary>
    public static bool IsForMetrics(HttpContext context) =>
        context.Features.Get<IConnectionItemsFeature>()?.Items.ContainsKey(MetricsConnection) == true;

    /// <summary>Sets the limits and the endpoints.</summary>
    /// <exception cref="SettingsException">The certificate cannot be used.</exception>
    public static void Apply(IWebHostBuilder web, ServerOptions options)
    {
        var https = options.Tls?.Load();
        web.UseKestrelCore();
        web.ConfigureServices(services => services.AddSingleton<IMemoryPoolFactory<byte>, TransferBlocks>());
        web.ConfigureKestrel(kestrel =>
        {
            ConnectionLimits.Apply(kestrel);
            Listen(kestrel, options.Address, endpoint =>
            {
                endpoint.Protocols = https is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;
                if (https is not null)
                    endpoint.UseHttps(https);
                else if (OperatingSystem.IsLinux())
                    endpoint.Use(next => connection => SocketOutput.RunAsync(connection, next));
            });
            if (options.MetricsAddress is { } metrics)
            {
                Listen(kestrel, metrics, endpoint =>
                {
                    endpoint.Protocols = HttpProtocols.Http1;
                    endpoint.Use(next => connection =>
                    {
                        connection.Items[MetricsConnection] = true;
                        return next(connection);
                    });
                });
            }
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
