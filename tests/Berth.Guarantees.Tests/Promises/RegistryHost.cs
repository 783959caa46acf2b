using System.Globalization;
using Berth.Collection;
using Berth.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Berth.Guarantees.Tests.Promises;

/// <summary>
/// The registry on Kestrel, on a free port of 127.0.0.1, in this process. <see cref="Collect"/> is a control of the tests': it
/// sets the registry's clock forward, by as many hours as the query says, and collects garbage.
/// </summary>
internal sealed class RegistryHost : IRegistryUnderTest, IAsyncDisposable
{
    public const string Collect = "/~collect";

    /// <summary>How often a collection that is not complete goes on.</summary>
    private const int MaximumSlices = 3;

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
        var time = new ShiftedTime();
        var handler = new RegistryHandler(options ?? new(), storage, time, NullLogger<RegistryHandler>.Instance);
        app.Run(context => context.Request.Path == Collect
            ? CollectAsync(context, storage, time)
            : handler.HandleAsync(context));
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

    private static async Task CollectAsync(HttpContext context, RegistryStorage storage, ShiftedTime time)
    {
        time.Shift = TimeSpan.FromHours(int.Parse(context.Request.Query["hours"]!, CultureInfo.InvariantCulture));
        try
        {
            await using var collector = new Collector(
                storage, new() { CallsPerSecond = 1_000_000 }, isDry: false, time, NullLogger<Collector>.Instance);
            var due = time.GetUtcNow();
            for (var slices = 0; slices < MaximumSlices; slices++)
            {
                var report = await collector.RunAsync(due, TimeSpan.FromMinutes(1), context.RequestAborted);
                if (report.IsComplete)
                    return;
            }

            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        }
        catch (IOException)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable; // the store failed: it is called again
        }
    }

    /// <summary>The system's clock, set forward.</summary>
    private sealed class ShiftedTime : TimeProvider
    {
        public TimeSpan Shift { get; set; }

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Shift;
    }
}
