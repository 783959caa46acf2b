using Berth.Functions;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
var configuration = FunctionsConfiguration.OfThisProcess();
builder.Logging.SetMinimumLevel(configuration.LogLevel);
builder.Services.AddSingleton(configuration);
builder.Services.AddSingleton<Registry>();
builder.Services.Configure<KestrelServerOptions>(kestrel =>
{
    // The host in front has its own limit; a layer has none. docker sends nothing while it compresses.
    kestrel.Limits.MaxRequestBodySize = null;
    kestrel.Limits.MinRequestBodyDataRate = null;
});
builder.Build().Run();
