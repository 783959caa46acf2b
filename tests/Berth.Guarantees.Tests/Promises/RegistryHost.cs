using Berth.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Berth.Guarantees.Tests.Promises;

/// <summary>The registry on Kestrel, on a free port of 127.0.0.1, in this process.</summary>
internal sealed class RegistryHost : IRegistryUnderTest, IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly RegistryHandler _handler;

    private RegistryHost(WebApplication app, RegistryHandler handler) => (_app, _handler) = (app, handler);

    public Uri Address =>
        new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public static async Task<RegistryHost> StartAsync(RegistryStorage storage, RegistryOptions? options = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        var app = builder.Build();
        var handler = new RegistryHandler(
            options ?? new(), storage, TimeProvider.System, NullLogger<RegistryHandler>.Instance);
        app.Run(handler.HandleAsync);
        await app.StartAsync();
        return new(app, handler);
    }

    /// <summary>Nothing stops it: a broken connection was a fault's work.</summary>
    public Task RecoverAsync() => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
        _handler.Dispose();
    }
}
