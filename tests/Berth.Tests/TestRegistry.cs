using System.Net;
using Berth.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Berth.Tests;

/// <summary>A registry behind a real HTTP server on a free port of 127.0.0.1.</summary>
public sealed class TestRegistry : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly RegistryHandler _handler;
    private readonly Signal _taken = new();
    private long _bytesTaken;

    private TestRegistry(WebApplication app, RegistryHandler handler, RegistryStorage storage, RecordingLogger log)
    {
        (_app, _handler, Storage, Log) = (app, handler, storage, log);
        Address = new Uri(
            app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false })
        {
            BaseAddress = Address,
            Timeout = TimeSpan.FromSeconds(60),
        };
    }

    public Uri Address { get; }

    /// <summary>What answers.</summary>
    public RegistryHandler Handler => _handler;

    /// <summary>Speaks to the registry; follows no redirects.</summary>
    public HttpClient Client { get; }

    public RegistryStorage Storage { get; }

    public RecordingLogger Log { get; }

    public static async Task<TestRegistry> StartAsync(
        RegistryStorage storage, RegistryOptions? options = null, TimeProvider? time = null,
        HttpProtocols protocols = HttpProtocols.Http1)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = options?.BodyLimit?.Bytes;
            kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = protocols);
        });
        var app = builder.Build();
        var log = new RecordingLogger();
        var handler = new RegistryHandler(options ?? new(), storage, time ?? TimeProvider.System, log);
        TestRegistry? registry = null;
        app.Run(context =>
        {
            context.Features.Set<IRequestBodyPipeFeature>(
                new CountedBody(context.Request.BodyReader, count => registry!.Take(count)));
            return handler.HandleAsync(context);
        });
        await app.StartAsync();
        registry = new(app, handler, storage, log);
        if (protocols == HttpProtocols.Http2)
        {
            registry.Client.DefaultRequestVersion = HttpVersion.Version20;
            registry.Client.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        }
        return registry;
    }

    /// <summary>What a host does once when it starts.</summary>
    public Task<string?> PrepareAsync() => _handler.PrepareAsync(CancellationToken.None);

    /// <summary>How many bytes of all bodies the registry has taken.</summary>
    public long BytesTaken => Interlocked.Read(ref _bytesTaken);

    /// <summary>Waits until the registry has taken as many bytes of all bodies.</summary>
    public Task WaitForBytesAsync(long total) => _taken.UntilAsync(() => BytesTaken >= total ? this : null);

    private void Take(long count)
    {
        Interlocked.Add(ref _bytesTaken, count);
        _taken.Fire();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _handler.Dispose();
    }
}
