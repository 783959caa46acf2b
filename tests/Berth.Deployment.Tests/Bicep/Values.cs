using System.Globalization;
using System.Text.Json;

namespace Berth.Deployment.Tests.Bicep;

/// <summary>Looks into the values of a <see cref="BicepFile"/>.</summary>
public static class Values
{
    /// <summary>The value at a path such as <c>a.b[0].c</c>, or <see langword="null"/>.</summary>
    public static JsonElement? At(JsonElement value, string path)
    {
        foreach (var step in path.Replace("[", ".[", StringComparison.Ordinal).Split('.'))
        {
            if (step.StartsWith('['))
            {
                var index = int.Parse(step[1..^1], CultureInfo.InvariantCulture);
                if (value.ValueKind != JsonValueKind.Array || index >= value.GetArrayLength())
                    return null;
                value = value[index];
            }
            else if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(step, out value))
            {
                return null;
            }
        }

        return value;
    }

    /// <summary>The source text of what is no constant, object or array; <see langword="null"/> of these.</summary>
    public static string? Source(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty("$", out var text) ? text.GetString() : null;

    /// <summary>Every object written anywhere in a value, the value itself included.</summary>
    public static IEnumerable<JsonElement> Objects(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Array)
            return value.EnumerateArray().SelectMany(Objects);
        if (value.ValueKind != JsonValueKind.Object)
            return [];
        var inside = value.EnumerateObject().SelectMany(property => Objects(property.Value));
        return Source(value) is null ? inside.Prepend(value) : inside;
    }
}
