using System.Text;
using System.Text.Json.Nodes;
using Berth.Content;

namespace Berth.Errors;

/// <summary>Writes an error as the spec's JSON.</summary>
internal static class ErrorAnswer
{
    /// <summary>Headers of a success that was being prepared, which say nothing about an error.</summary>
    private static readonly string[] Success =
        ["Accept-Ranges", "Cache-Control", "Docker-Content-Digest", "ETag", "Location", "Content-Range", "Range"];

    public static async Task WriteAsync(RegistryRequest request, RegistryError error)
    {
        var response = request.Response;
        foreach (var name in Success)
        {
            response.Headers.Remove(name);
        }
        foreach (var (name, value) in error.Headers)
        {
            response.Headers[name] = value;
        }
        var entry = new JsonObject { ["code"] = error.Code, ["message"] = error.Message };
        if (error.Detail is not null)
        {
            entry["detail"] = error.Detail.DeepClone();
        }
        var body = Encoding.UTF8.GetBytes(new JsonObject { ["errors"] = new JsonArray(entry) }.ToJsonString());
        response.StatusCode = error.Status;
        response.ContentType = MediaTypes.Json;
        response.ContentLength = body.Length;
        if (!request.IsHead)
        {
            await response.Body.WriteAsync(body, request.Aborted);
        }
    }
}
