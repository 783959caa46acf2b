using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Berth.Content;

namespace Berth.Errors;

/// <summary>Writes an error as the spec's JSON.</summary>
internal static class ErrorAnswer
{
    /// <summary>Headers of a success that was being prepared, which say nothing about an error.</summary>
    private static readonly string[] Success =
        ["Accept-Ranges", "Cache-Control", "Docker-Content-Digest", "ETag", "Location", "Content-Range", "Range"];

    /// <summary>People read these in a terminal, never in HTML: quotes and '+' stay what they are.</summary>
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

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
        var answer = new JsonObject { ["errors"] = new JsonArray(entry) };
        if (error.TokenError is not null)
        {
            answer["error"] = error.TokenError;
            answer["error_description"] = error.Message;
        }
        var body = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(body, Readable))
        {
            answer.WriteTo(writer);
        }
        response.StatusCode = error.Status;
        response.ContentType = MediaTypes.Json;
        response.ContentLength = body.WrittenCount;
        if (!request.IsHead)
        {
            await response.Body.WriteAsync(body.WrittenMemory, request.Aborted);
        }
    }
}
