using System.Globalization;
using System.Text.Json;
using Azure.Core;

namespace Azure.Data.Tables;

/// <summary>Entities as the service's JSON: types that JSON lacks are named by a property beside the value.</summary>
internal static class EntityJson
{
    private const string TypeSuffix = "@odata.type";

    public static RequestContent Write(TableEntity entity)
    {
        var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var (name, value) in entity.Properties)
            {
                Write(json, name, value);
            }

            json.WriteEndObject();
        }

        return RequestContent.Create(new ReadOnlyMemory<byte>(buffer.GetBuffer(), 0, (int)buffer.Length));
    }

    public static TableEntity Read(JsonElement json)
    {
        var entity = new TableEntity();
        foreach (var property in json.EnumerateObject())
        {
            if (!property.Name.EndsWith(TypeSuffix, StringComparison.Ordinal) && property.Name != "odata.metadata")
            {
                var type = json.TryGetProperty(property.Name + TypeSuffix, out var named) ? named.GetString() : null;
                entity[property.Name] = property.Name == nameof(TableEntity.Timestamp)
                    ? property.Value.GetDateTimeOffset()
                    : Read(property.Value, type);
            }
        }

        return entity;
    }

    private static void Write(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNull(name);
                break;
            case string text:
                json.WriteString(name, text);
                break;
            case byte[] bytes:
                json.WriteBase64String(name, bytes);
                json.WriteString(name + TypeSuffix, "Edm.Binary");
                break;
            case bool truth:
                json.WriteBoolean(name, truth);
                break;
            case int number:
                json.WriteNumber(name, number);
                break;
            case double number:
                json.WriteNumber(name, number);
                json.WriteString(name + TypeSuffix, "Edm.Double");
                break;
            case long number:
                json.WriteString(name, number.ToString(CultureInfo.InvariantCulture));
                json.WriteString(name + TypeSuffix, "Edm.Int64");
                break;
            case Guid id:
                json.WriteString(name, id);
                json.WriteString(name + TypeSuffix, "Edm.Guid");
                break;
            case DateTimeOffset time:
                json.WriteString(name, time.UtcDateTime);
                json.WriteString(name + TypeSuffix, "Edm.DateTime");
                break;
            default:
                throw new NotSupportedException($"A property cannot be a {value.GetType()}.");
        }
    }

    private static object? Read(JsonElement value, string? type) => (value.ValueKind, type) switch
    {
        (JsonValueKind.Null, _) => null,
        (_, "Edm.Binary") => value.GetBytesFromBase64(),
        (_, "Edm.Int64") => long.Parse(value.GetString()!, CultureInfo.InvariantCulture),
        (_, "Edm.Guid") => value.GetGuid(),
        (_, "Edm.DateTime") => value.GetDateTimeOffset(),
        (JsonValueKind.String, _) => value.GetString(),
        (JsonValueKind.True or JsonValueKind.False, _) => value.GetBoolean(),
        (JsonValueKind.Number, null) when value.TryGetInt32(out var number) => number,
        (JsonValueKind.Number, _) => value.GetDouble(),
        _ => throw new NotSupportedException($"A property is of type {type ?? value.ValueKind.ToString()}."),
    };
}
