using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Azure.Functions.Worker.Extensions.Http.AspNetCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Microsoft.Azure.Functions.Worker.Builder;

public static class FunctionsApplicationBuilderAspNetCoreExtensions
{
    public static FunctionsApplicationBuilder ConfigureFunctionsWebApplication(this FunctionsApplicationBuilder builder)
    {
        builder.Services.PostConfigure<KestrelServerOptions>(kestrel => kestrel.ListenLocalhost(builder.Port));
        builder.Configure += app =>
        {
            var functions = HttpFunction.FindAll(
                Assembly.GetEntryAssembly()!, HostJson.RoutePrefix(app.Environment.ContentRootPath));
            app.UseForwardedHeaders(new() { ForwardedHeaders = ForwardedHeaders.All });
            var limit = new RequestBodySizeLimit();
            app.Run(context =>
            {
                limit.Apply(context);
                return HttpFunction.AnswerAsync(functions, context);
            });
            app.Lifetime.ApplicationStarted.Register(() => Announce(app, functions));
        };
        return builder;
    }

    private static void Announce(WebApplication app, IReadOnlyList<HttpFunction> functions)
    {
        var address = app.Urls.First().Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
        Console.WriteLine("Functions:");
        foreach (var function in functions)
            Console.WriteLine($"\t{function.Name}: [{string.Join(',', function.Methods)}] {address}/{function.Route}");
    }
}
