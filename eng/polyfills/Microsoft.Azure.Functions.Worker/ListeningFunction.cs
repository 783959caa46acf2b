using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>One method with [Function] and a parameter whose trigger the host listens for.</summary>
internal sealed partial class ListeningFunction : BackgroundService
{
    private readonly MethodInfo _method;
    private readonly IListeningTrigger _trigger;
    private readonly IServiceProvider _services;
    private readonly ILogger _logger;

    private ListeningFunction(MethodInfo method, string name, IListeningTrigger trigger, IServiceProvider services)
    {
        (_method, Name, _trigger, _services) = (method, name, trigger, services);
        _logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Function");
    }

    public string Name { get; }

    /// <summary>What makes each such function of an app.</summary>
    public static IReadOnlyList<Func<IServiceProvider, ListeningFunction>> FindAll(Assembly app) =>
    [
        .. from type in app.GetTypes()
           from method in type.GetMethods()
           let function = method.GetCustomAttribute<FunctionAttribute>()
           where function is not null
           from parameter in method.GetParameters()
           from trigger in parameter.GetCustomAttributes().OfType<IListeningTrigger>()
           select (Func<IServiceProvider, ListeningFunction>)(services => new(method, function.Name, trigger, services)),
    ];

    /// <summary>Runs it by hand, in the background: what a POST to /admin/functions/NAME does.</summary>
    public void Run(CancellationToken stop) => _ = InvokeAsync(_trigger.ManualValue, stop);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // the start waits for nobody
        await _trigger.ListenAsync(value => InvokeAsync(value, stoppingToken), stoppingToken);
    }

    private async Task InvokeAsync(object value, CancellationToken stop)
    {
        try
        {
            var instance = ActivatorUtilities.CreateInstance(_services, _method.DeclaringType!);
            var arguments = _method.GetParameters().Select(parameter =>
                parameter.ParameterType == _trigger.ParameterType ? value
                : parameter.ParameterType == typeof(CancellationToken) ? stop
                : throw new InvalidOperationException($"{Name} cannot have {parameter.Name} bound"));
            await (Task)_method.Invoke(instance, [.. arguments])!;
        }
        catch (Exception e)
        {
            Failed(_logger, e, Name); // as the host does: the schedule goes on
        }
    }

    [LoggerMessage(1, LogLevel.Error, "Executed 'Functions.{Name}' (Failed)")]
    private static partial void Failed(ILogger logger, Exception exception, string name);
}
