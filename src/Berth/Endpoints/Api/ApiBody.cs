using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Berth.Content;
using Berth.Errors;

namespace Berth.Endpoints.Api;

/// <summary>Reads the JSON of a request, at most 64 KiB of it.</summary>
internal static class ApiBody
{
    private const int Most = 64 * 1024;
    private const string MissingMembers = "missing required properties including: ";

    /// <returns>The value, or what is wrong with it.</returns>
    public static async Task<ApiBody<T>> ReadAsync<T>(RegistryRequest request, JsonTypeInfo<T> type)
        where T : class
    {
        if (!MediaTypeHeaderValue.TryParse(request.Http.ContentType, out var given)
            || !string.Equals(given.MediaType, MediaTypes.Json, StringComparison.OrdinalIgnoreCase))
        {
            return new(null, ApiError.NoJson());
        }
        if (await ReadBytesAsync(request) is not { } bytes)
        {
            return new(null, ApiError.TooLarge(Most));
        }
        try
        {
            return JsonSerializer.Deserialize(bytes.Span, type) is { } value
                ? new(value, null)
                : new(null, ApiError.Invalid("the body is null"));
        }
        catch (JsonException exception)
        {
            return new(null, ApiError.Invalid(Explain(exception)));
        }
    }

    private static async Task<ReadOnlyMemory<byte>?> ReadBytesAsync(RegistryRequest request)
    {
        var content = new ArrayBufferWriter<byte>();
        while (true)
        {
            var read = await request.Http.BodyReader.ReadAsync(request.Aborted);
            if (content.WrittenCount + read.Buffer.Length > Most)
            {
                request.Http.BodyReader.AdvanceTo(read.Buffer.End);
                return null;
            }
            foreach (var memory in read.Buffer)
            {
                content.Write(memory.Span);
            }
            request.Http.BodyReader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return content.WrittenMemory;
            }
        }
    }

    /// <summary>What is wrong, without the names of types; where a member is missing, its name.</summary>
    private static string Explain(JsonException exception)
    {
        var missing = exception.Message.IndexOf(MissingMembers, StringComparison.Ordinal);
        return missing >= 0
            ? $"missing: {exception.Message[(missing + MissingMembers.Length)..].TrimEnd('.')}"
            : $"not valid JSON, unknown, twice there, or not of the right type: {exception.Path ?? "$"}";
    }
}

/// <summary>A body as read: a value, or what is wrong.</summary>
internal readonly record struct ApiBody<T>(T? Value, RegistryError? Error)
    where T : class
{
    /// <summary>Whether the body is right.</summary>
    public bool Is([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out RegistryError? error)
    {
        (value, error) = (Value, Error);
        return value is not null;
    }
}
