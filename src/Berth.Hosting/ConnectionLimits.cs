using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Berth.Hosting;

/// <summary>
/// What connections of every host may cost, and what they may carry: bodies of any size, but nobody who holds one open without
/// need, or means something else to a proxy in front than to the host.
/// </summary>
public static class ConnectionLimits
{
    /// <summary>Sets the limits, and has answers not tell which server gives them.</summary>
    public static void Apply(KestrelServerOptions kestrel)
    {
        ArgumentNullException.ThrowIfNull(kestrel);
        // A line that ends in LF alone may be the end of a line here and none to a proxy in front. Kestrel has no option for it.
        AppContext.SetSwitch("Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators", true);
        kestrel.AddServerHeader = false;
        var limits = kestrel.Limits;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        // A layer has no limit.
        limits.MaxRequestBodySize = null;
        // docker sends nothing while it compresses, and takes nothing while it unpacks.
        var patience = new MinDataRate(bytesPerSecond: 100, gracePeriod: TimeSpan.FromSeconds(60));
        limits.MinRequestBodyDataRate = patience;
        limits.MinResponseDataRate = patience;
    }
}
