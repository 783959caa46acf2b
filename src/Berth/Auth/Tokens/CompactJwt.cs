using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Berth.Auth.Tokens;

/// <summary>
/// A signed token in the one form that is accepted: three parts in base64url without padding or blanks, the first two objects of
/// JSON in which no name stands twice. Nothing of it is verified.
/// </summary>
/// <remarks>What readers could understand in two ways is refused before any of them reads it.</remarks>
/// <param name="Text">The whole token.</param>
/// <param name="Header">The first part.</param>
/// <param name="Claims">The second part.</param>
internal sealed record CompactJwt(string Text, JsonElement Header, JsonElement Claims)
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    /// <summary>The algorithm of the signature, as the token says.</summary>
    public string? Algorithm => Read(Header, "alg");

    /// <summary>The id of the key, as the token says.</summary>
    public string? KeyId => Read(Header, "kid");

    /// <summary>What kind of token it says that it is.</summary>
    public string? Type => Read(Header, "typ");

    /// <summary>When it ends, in whole seconds; <see langword="null"/> where it does not say so in a number.</summary>
    public DateTimeOffset? Expires =>
        Claims.TryGetProperty("exp", out var value) && value.ValueKind == JsonValueKind.Number
        && value.TryGetDouble(out var seconds) && seconds is > 0 and < 253_402_300_800 // the year 10000
            ? DateTimeOffset.FromUnixTimeSeconds((long)seconds)
            : null;

    public static bool TryParse(string text, [NotNullWhen(true)] out CompactJwt? token)
    {
        token = null;
        var parts = text.Split('.');
        if (parts is not [_, _, { Length: > 0 } signature] || Decode(signature) is null ||
            !TryReadObject(parts[0], out var header) || !TryReadObject(parts[1], out var claims))
        {
            return false;
        }
        // RFC 7515, 4.1.11: whoever understands no extension must refuse a token that needs one.
        if (header.TryGetProperty("crit", out _))
        {
            return false;
        }
        token = new(text, header, claims);
        return true;
    }

    /// <summary>A claim that is a text; <see langword="null"/> where there is none.</summary>
    public string? Claim(string name) => Read(Claims, name);

    private static string? Read(JsonElement from, string name) =>
        from.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool TryReadObject(string part, out JsonElement value)
    {
        value = default;
        try
        {
            if (Decode(part) is not { } json)
            {
                return false;
            }
            using var document = JsonDocument.Parse(json, Strict);
            value = document.RootElement.Clone();
            return value.ValueKind == JsonValueKind.Object && IsText(value);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Whether all names and strings are Unicode: the parser lets bytes pass that cannot be read as a text later.</summary>
    /// <exception cref="InvalidOperationException">One is not.</exception>
    private static bool IsText(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().All(property => property.Name is not null && IsText(property.Value)),
        JsonValueKind.Array => value.EnumerateArray().All(IsText),
        JsonValueKind.String => value.GetString() is not null,
        _ => true,
    };

    /// <summary>Decodes what encodes to the very same text again; <see langword="null"/> for any other.</summary>
    private static byte[]? Decode(string part)
    {
        try
        {
            var bytes = Base64Url.DecodeFromChars(part);
            return Base64Url.EncodeToString(bytes) == part ? bytes : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
