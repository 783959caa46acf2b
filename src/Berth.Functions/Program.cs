using Berth.Functions;
using Berth.Hosting;
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
// The host in front has limits of its own besides.
builder.Services.Configure<KestrelServerOptions>(ConnectionLimits.Apply);
builder.Build().Run();
