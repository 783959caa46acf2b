using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace Berth.Functions;

/// <summary>The one HTTP function: every request of the platform is a request of the registry.</summary>
public sealed class RegistryFunction(Registry registry)
{
    /// <summary>Answers one request. Never throws: what escapes a function reaches the client as an empty 200.</summary>
    [Function("Registry")]
    public async Task<IActionResult> RunAsync(
        [HttpTrigger(
            AuthorizationLevel.Anonymous, "get", "head", "post", "put", "patch", "delete", "options",
            Route = "{*path}")]
        HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        await registry.HandleAsync(request.HttpContext);
        return new EmptyResult();
    }
}
