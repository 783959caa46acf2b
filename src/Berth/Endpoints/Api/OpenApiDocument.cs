using Berth.Content;
using Berth.Errors;

namespace Berth.Endpoints.Api;

/// <summary><c>GET /api/v1/openapi.json</c>: the document that is committed as docs/openapi.json.</summary>
internal static class OpenApiDocument
{
    private const string Resource = "openapi.json";

    public static async Task<RegistryError?> HandleAsync(RegistryRequest request)
    {
        await using var document = typeof(OpenApiDocument).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"{Resource} was not built in");
        request.Response.ContentType = MediaTypes.Json;
        request.Response.ContentLength = request.Bytes = document.Length;
        await document.CopyToAsync(request.Response.Body, request.Aborted);
        return null;
    }
}
