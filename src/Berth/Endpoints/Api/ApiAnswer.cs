using System.Text.Json.Serialization.Metadata;
using Berth.Errors;
using Microsoft.AspNetCore.Http;

namespace Berth.Endpoints.Api;

/// <summary>Writes the answers of the management API.</summary>
internal static class ApiAnswer
{
    public static async Task<RegistryError?> WriteAsync<T>(RegistryRequest request, T value, JsonTypeInfo<T> type)
    {
        // It depends on who asks, and some of it is secret.
        request.Response.Headers.CacheControl = "no-store";
        await Paging.WriteAsync(request, value, type);
        return null;
    }

    /// <summary>201, with the path below /api/v1 of what was made.</summary>
    public static Task<RegistryError?> WriteCreatedAsync<T>(
        RegistryRequest request, string path, T value, JsonTypeInfo<T> type)
    {
        request.Response.StatusCode = StatusCodes.Status201Created;
        request.Response.Headers.Location = $"{request.Http.PathBase}{ApiRouteTable.Root}/{path}";
        return WriteAsync(request, value, type);
    }

    /// <summary>204.</summary>
    public static RegistryError? Done(RegistryRequest request)
    {
        request.Response.StatusCode = StatusCodes.Status204NoContent;
        return null;
    }
}
