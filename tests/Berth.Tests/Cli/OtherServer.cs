using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Berth.Tests.Cli;

/// <summary>A server that is not what a command takes it for, on a free port of 127.0.0.1.</summary>
internal sealed class OtherServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private OtherServer(WebApplication app) => (_app, Url) = (app, app.Services.GetRequiredService<IServer>()
        .Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public string Url { get; }

    /// <summary>What was asked: path, query and the Authorization header.</summary>
    public ConcurrentQueue<(string Path, string Authorization)> Requests { get; } = new();

    /// <param name="answer">Answers a request.</param>
    /// <param name="certificate">With what it proves to be itself; <see langword="null"/> for plain HTTP.</param>
    public static async Task<OtherServer> StartAsync(RequestDelegate answer, X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }));
        var app = builder.Build();
        OtherServer? server = null;
        app.Run(context =>
        {
            var request = context.Request;
            server!.Requests.Enqueue(($"{request.Path}{request.QueryString}", request.Headers.Authorization.ToString()));
            return answer(context);
        });
        await app.StartAsync();
        return server = new(app);
    }

    /// <summary>One that answers everything with a text.</summary>
    public static Task<OtherServer> SayingAsync(int status, string type, string text) => StartAsync(async context =>
    {
        (context.Response.StatusCode, context.Response.ContentType) = (status, type);
        await context.Response.WriteAsync(text);
    });

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
