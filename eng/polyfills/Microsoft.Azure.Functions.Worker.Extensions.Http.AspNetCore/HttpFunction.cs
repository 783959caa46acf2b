using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Extensions.Http.AspNetCore;

/// <summary>One method with [Function] and a parameter with [HttpTrigger].</summary>
internal sealed partial class HttpFunction
{
    private readonly MethodInfo _method;
    private readonly TemplateMatcher _matcher;
    private readonly ObjectFactory _createInstance;

    private HttpFunction(MethodInfo method, string name, HttpTriggerAttribute trigger, string prefix)
    {
        _method = method;
        Name = name;
        Methods = [.. (trigger.Methods ?? []).Select(verb => verb.ToUpperInvariant())];
        Route = $"{prefix}/{trigger.Route ?? name}".Trim('/');
        _matcher = new(TemplateParser.Parse(Route), []);
        _createInstance = ActivatorUtilities.CreateFactory(method.DeclaringType!, []);
    }

    public string Name { get; }

    public IReadOnlyList<string> Methods { get; }

    public string Route { get; }

    /// <summary>Every HTTP function of the app.</summary>
    public static IReadOnlyList<HttpFunction> FindAll(Assembly app, string prefix) =>
    [
        .. from type in app.GetTypes()
           from method in type.GetMethods()
           let function = method.GetCustomAttribute<FunctionAttribute>()
           where function is not null
           from parameter in method.GetParameters()
           let trigger = parameter.GetCustomAttribute<HttpTriggerAttribute>()
           where trigger is not null
           select new HttpFunction(method, function.Name, trigger, prefix),
    ];

    /// <summary>Invokes the function that a request is for.</summary>
    public static async Task AnswerAsync(IReadOnlyList<HttpFunction> functions, HttpContext context)
    {
        if (functions.FirstOrDefault(function => function.Matches(context.Request)) is not { } function)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        try
        {
            await function.InvokeAsync(context);
        }
        catch (Exception e)
        {
            // As with the real worker: the host logs the failure, and the client gets what the response is by now, which
            // is an empty 200 when the function had not touched it.
            var logger = context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("Function");
            Failed(logger, e, function.Name);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "Executed 'Functions.{Name}' (Failed)")]
    private static partial void Failed(ILogger logger, Exception exception, string name);

    private bool Matches(HttpRequest request) =>
        Methods.Contains(request.Method.ToUpperInvariant())
        && _matcher.TryMatch(request.Path.HasValue ? request.Path : "/", []);

    private async Task InvokeAsync(HttpContext context)
    {
        var instance = _createInstance(context.RequestServices, null);
        var arguments = _method.GetParameters().Select(parameter =>
            parameter.ParameterType == typeof(HttpRequest)
                ? context.Request
                : throw new InvalidOperationException($"{Name} cannot have {parameter.Name} bound"));
        var result = await (Task<IActionResult>)_method.Invoke(instance, [.. arguments])!;
        await result.ExecuteResultAsync(new ActionContext(context, new RouteData(), new ActionDescriptor()));
    }
}
