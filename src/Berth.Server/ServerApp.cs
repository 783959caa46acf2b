using System.Net.Sockets;
using System.Reflection;
using Berth.Auth;
using Berth.Collection;
using Berth.Hosting;
using Berth.Server.Configuration;
using Berth.Server.Metrics;
using Microsoft.AspNetCore.Connections;

namespace Berth.Server;

/// <summary>The registry on Kestrel, from the command line to the end of the last request.</summary>
internal sealed class ServerApp : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ServerLogging _log;
    private readonly ServerConfiguration _configuration;
    private readonly TextWriter _output;
    private readonly TaskCompletionSource<RequestDelegate> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Func<CancellationToken, Task<RequestDelegate>> _createAnswer = null!;
    private readonly CancellationTokenSource _stopping = new();
    private HostedCollector? _collector;
    private Task _collecting = Task.CompletedTask;
    private RegistryHandler? _handler;
    private TelemetryExport? _telemetry;
    private string? _setupCode;

    private ServerApp(
        WebApplication app, ServerLogging log, ServerConfiguration configuration, TextWriter output)
    {
        (_app, _log, _configuration, _output) = (app, log, configuration, output);
        // Who comes before the registry is there waits for it: it is told its own address.
        _app.Run(async context => await (await _answer.Task)(context));
    }

    /// <summary>Where it listens, with the real port. Known once it has started.</summary>
    public Uri Address => new(_app.Urls.First().Replace("localhost", "127.0.0.1", StringComparison.Ordinal));

    /// <summary>Where Prometheus finds metrics, with the real port. Known once it has started with an address for them.</summary>
    public Uri MetricsAddress => new(_app.Urls.Last().Replace("localhost", "127.0.0.1", StringComparison.Ordinal));

    private static string Version =>
        typeof(ServerApp).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion.Split('+')[0];

    /// <summary>The whole program.</summary>
    /// <returns>The process's exit code.</returns>
    public static async Task<int> RunAsync(ServerInput input, CancellationToken cancellationToken)
    {
        try
        {
            var commandLine = CommandLine.Parse(input.Arguments);
            if (commandLine.Help || commandLine.Version)
            {
                await input.Output.WriteLineAsync(commandLine.Help ? CommandLine.Usage : $"Berth {Version}");
                return 0;
            }

            await using var server = await BuildAsync(input, cancellationToken);
            await server.StartAsync(cancellationToken);
            await server._app.WaitForShutdownAsync(cancellationToken);
            return 0;
        }
        catch (SettingsException e)
        {
            await input.Error.WriteLineAsync($"Berth does not start: {e.Message}");
            return 1;
        }
    }

    /// <summary>Reads the configuration, proves that the store works, and prepares the host.</summary>
    /// <exception cref="SettingsException">The host cannot start like this.</exception>
    public static async Task<ServerApp> BuildAsync(ServerInput input, CancellationToken cancellationToken)
    {
        var configuration = ServerConfiguration.Read(input, CommandLine.Parse(input.Arguments));
        var options = configuration.Options.Berth;
        var log = new ServerLogging(options.LogLevel);
        var logger = log.Factory.CreateLogger<ServerApp>();
        // Beside the host's preparation: each takes a seventh of a start.
        var opening = Task.Run(() => StorageProviders.OpenAsync(options.Place, logger, cancellationToken), cancellationToken);
        ServerApp? server = null;
        try
        {
            server = Prepare(input, configuration, log);
            var services = server._app.Services;
            server._telemetry = TelemetryExport.Start(options.OtlpEndpoint);
            var storage = await opening;
            server._collector = new(
                storage, options.Registry.Collection, TimeProvider.System, services.GetRequiredService<ILogger<Collector>>());
            server._createAnswer = async stop =>
            {
                server._handler = HostedRegistry.Create(
                    options.Registry with { Auth = server.CompleteAuth(options.Auth.Open(TimeProvider.System, logger)) }, storage,
                    services.GetRequiredService<ILogger<RegistryHandler>>());
                services.GetRequiredService<GracefulDrain>().Handler = server._handler;
                server._setupCode = await HostedRegistry.PrepareAsync(server._handler, stop);
                return server._handler.HandleAsync;
            };
            return server;
        }
        catch
        {
            await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (server is not null)
                await server.DisposeAsync();
            log.Factory.Dispose();
            throw;
        }
    }

    /// <summary>Prepares the host around any way to answer.</summary>
    public static ServerApp Build(
        ServerInput input, ServerConfiguration configuration, Func<IServiceProvider, RequestDelegate> answer)
    {
        var server = Prepare(input, configuration, new(configuration.Options.Berth.LogLevel));
        server._createAnswer = _ => Task.FromResult(answer(server._app.Services));
        return server;
    }

    /// <summary>Begins to listen, and says so in one line.</summary>
    /// <exception cref="SettingsException">The address cannot be listened on.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var options = _configuration.Options;
        try
        {
            await _app.StartAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            var isTaken = e.InnerException is AddressInUseException;
            var reason = isTaken ? "another program listens there already" : e.Message;
            throw new SettingsException(
                $"{ServerSettingNames.Address}: cannot listen on {options.Address}: {reason}", e);
        }

        _answer.SetResult(await _createAnswer(cancellationToken));
        await _output.WriteLineAsync(
            $"Berth {Version} listens on {_app.Urls.First()}, keeps its data in {options.Berth.Place}; "
            + $"try: docker push {PushHost(Address)}/hello-world");
        if (_setupCode is not null)
        {
            await _output.WriteLineAsync(
                $"There is no administrator yet. Whoever sends this code makes one, once: curl {Address}api/v1/setup "
                + $"--json '{{\"code\":\"{_setupCode}\",\"name\":\"admin\",\"password\":\"…\"}}'");
        }

        await _output.FlushAsync(cancellationToken);
        _log.HasStarted = true;
        LogWarnings();
        if (_collector is not null)
        {
            _app.Lifetime.ApplicationStopping.Register(_stopping.Cancel);
            _collecting = _collector.RunAsync(_stopping.Token);
        }
    }

    /// <summary>Stops listening and lets running requests finish.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _app.StopAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _app.DisposeAsync();
        await _collecting;
        _stopping.Dispose();
        _handler?.Dispose();
        _telemetry?.Dispose(); // sends what the last requests left
        _log.Factory.Dispose(); // writes what is not written yet
    }

    private static ServerApp Prepare(ServerInput input, ServerConfiguration configuration, ServerLogging log)
    {
        var options = configuration.Options;
        // The empty builder: no source of configuration besides ours, so that ASPNETCORE_URLS and the like do nothing.
        var builder = WebApplication.CreateEmptyBuilder(new() { ContentRootPath = input.ProgramDirectory });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.ShutdownTimeout);
        builder.Services.AddSingleton(new GracefulDrain(options));
        builder.Services.AddHostedService(services => services.GetRequiredService<GracefulDrain>());
        if (options.MetricsAddress is not null)
            builder.Services.AddSingleton(_ => new PrometheusMetrics());
        KestrelSetup.Apply(builder.WebHost, options);
        builder.Services.AddSingleton(log.Factory);
        var app = builder.Build();
        if (options.MetricsAddress is not null)
        {
            var metrics = app.Services.GetRequiredService<PrometheusMetrics>();
            app.Use((context, next) =>
                KestrelSetup.IsForMetrics(context) ? metrics.AnswerAsync(context, options.MetricsPath) : next(context));
        }
        if (options.Headers.Count > 0)
            app.UseMiddleware<ExtraHeaders>(options.Headers);
        return new(app, log, configuration, input.Output);
    }

    /// <summary>Clients on this machine reach the registry where it listens; how others do must be said.</summary>
    private AuthOptions CompleteAuth(AuthOptions auth) =>
        _configuration.Options.Address.IsLoopback ? auth with { PublicUrl = auth.PublicUrl ?? Address } : auth;

    private static string PushHost(Uri address) =>
        $"{(address.Host is "0.0.0.0" or "[::]" ? "127.0.0.1" : address.Host)}:{address.Port}";

    private void LogWarnings()
    {
        var options = _configuration.Options;
        var logger = _app.Services.GetRequiredService<ILogger<ServerApp>>();
        foreach (var warning in _configuration.Warnings)
            logger.Unused(warning);
        if (!options.Address.IsLoopback && options.Berth.Auth.Options.Mode == AuthMode.None)
            logger.Anonymous(_app.Urls.First(), options.Berth.Registry.DeleteEnabled ? "push and delete" : "push");
        _app.Lifetime.ApplicationStopping.Register(() => logger.Stopping(options.ShutdownTimeout));
    }
}
