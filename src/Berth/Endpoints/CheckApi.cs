using Berth.Content;
using Berth.Errors;
using Microsoft.AspNetCore.Http;

namespace Berth.Endpoints;

/// <summary>end-1: <c>GET /v2/</c> tells that the registry implements the specification.</summary>
internal static class CheckApi
{
    public static async Task<RegistryError?> HandleAsync(RegistryRequest request)
    {
        request.Response.ContentType = MediaTypes.Json;
        request.Response.ContentLength = 2;
        if (!request.IsHead)
        {
            await request.Response.WriteAsync("{}", request.Aborted);
        }
        return null;
    }
}
