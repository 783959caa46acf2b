using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Host and worker in one process: what `func` does before it starts a worker is done here.</summary>
public class FunctionsApplicationBuilder
{
    private readonly WebApplicationBuilder _builder;

    internal FunctionsApplicationBuilder(string[] args)
    {
        var directory = AppContext.BaseDirectory;
        var settings = LocalSettings.Read(directory);
        settings.SetVariables();
        Port = LocalSettings.PortOf(args) ?? settings.Port ?? LocalSettings.DefaultPort;
        Environment.SetEnvironmentVariable("WEBSITE_HOSTNAME", $"localhost:{Port}");
        // The empty builder: ASPNETCORE_URLS and the like mean nothing to func either.
        _builder = WebApplication.CreateEmptyBuilder(new() { ContentRootPath = directory });
        _builder.WebHost.UseKestrelCore();
        _builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "[yyyy-MM-ddTHH:mm:ss.fffZ] ";
        });
    }

    public IServiceCollection Services => _builder.Services;

    public ILoggingBuilder Logging => _builder.Logging;

    /// <summary>Where HTTP functions are to be reached on this machine.</summary>
    internal int Port { get; }

    /// <summary>Set by an extension: what the built host does with a request.</summary>
    internal Action<WebApplication> Configure { get; set; } = _ => { };

    public IHost Build()
    {
        // Looked for here, as `func` reads them from what the official Sdk wrote.
        foreach (var create in ListeningFunction.FindAll(Assembly.GetEntryAssembly()!))
            Services.AddSingleton<IHostedService>(create);
        var app = _builder.Build();
        app.Use(RunByHandAsync);
        Configure(app);
        return app;
    }

    /// <summary>Answers what runs a function that no request triggers: POST /admin/functions/NAME.</summary>
    private static Task RunByHandAsync(HttpContext context, RequestDelegate next)
    {
        if (!HttpMethods.IsPost(context.Request.Method)
            || !context.Request.Path.StartsWithSegments("/admin/functions", out var rest))
        {
            return next(context);
        }

        var function = context.RequestServices.GetServices<IHostedService>().OfType<ListeningFunction>()
            .FirstOrDefault(one => rest.Value!.TrimStart('/').Equals(one.Name, StringComparison.OrdinalIgnoreCase));
        context.Response.StatusCode = function is null ? StatusCodes.Status404NotFound : StatusCodes.Status202Accepted;
        function?.Run(context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        return Task.CompletedTask;
    }
}
