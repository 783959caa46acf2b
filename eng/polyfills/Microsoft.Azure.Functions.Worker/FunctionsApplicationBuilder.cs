using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
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
        var app = _builder.Build();
        Configure(app);
        return app;
    }
}
