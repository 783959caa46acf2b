using System.Text.Json;
using System.Text.Json.Nodes;

namespace Berth.Cli.Management;

/// <summary>What a registry says of its refusal, and what to do about it.</summary>
internal static class ErrorText
{
    private const int MostErrors = 5;
    private const int MostText = 1000;

    public static string Of(HttpResponseMessage response, JsonArray errors, RegistryAddress address, Login? login)
    {
        var text = string.Join("; ", errors.OfType<JsonObject>().Take(MostErrors).Select(Describe));
        if (text.Length > MostText)
            text = $"{text[..MostText]}…";
        return (int)response.StatusCode switch
        {
            401 when login is null => $"{text}; log in first: berth login {address}",
            401 => $"{text}; {address} does not take the login of {login.User}: berth login {address}",
            429 when response.Headers.RetryAfter?.Delta is { } wait => $"{text}; try again in {wait.TotalSeconds:0} seconds",
            _ => text,
        };
    }

    private static string Describe(JsonObject error)
    {
        var message = Text(error["message"]) ?? Text(error["code"]) ?? "refused";
        return error["detail"] switch
        {
            null => message,
            JsonObject detail => $"{message}: {string.Join(", ", detail.Select(part => $"{part.Key} {Text(part.Value)}"))}",
            var detail => $"{message}: {Text(detail)}",
        };
    }

    private static string? Text(JsonNode? node) => node switch
    {
        null => null,
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        _ => node.ToJsonString(),
    };
}
