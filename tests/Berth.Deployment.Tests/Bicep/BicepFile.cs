using System.Text.Json;

namespace Berth.Deployment.Tests.Bicep;

/// <summary>What a Bicep file declares, as Bicep/parse.cjs reads it.</summary>
/// <remarks>Of values: a constant is itself, an object or array holds values, and anything else is an object of its source
/// text (<c>$</c>) and the values of its <c>parts</c>.</remarks>
public sealed record BicepFile
{
    /// <summary>What the grammar did not understand.</summary>
    public required IReadOnlyList<string> Errors { get; init; }

    public required string? Scope { get; init; }

    /// <summary>The template that a parameters file is for.</summary>
    public required string? Using { get; init; }

    public required IReadOnlyList<BicepValue> Parameters { get; init; }

    public required IReadOnlyList<BicepValue> Variables { get; init; }

    public required IReadOnlyList<BicepResource> Resources { get; init; }

    public required IReadOnlyList<BicepModule> Modules { get; init; }

    public required IReadOnlyList<BicepValue> Outputs { get; init; }

    /// <summary>Names of loops.</summary>
    public required IReadOnlyList<string> Locals { get; init; }

    /// <summary>Every name that is read, as often as it is.</summary>
    public required IReadOnlyList<BicepUse> Uses { get; init; }

    public required IReadOnlyList<BicepOutputUse> OutputsUsed { get; init; }
}

/// <summary>A parameter, variable or output. A parameter is required that has no default.</summary>
public sealed record BicepValue(
    string Name,
    int Line,
    JsonElement Value,
    string? Type = null,
    bool IsRequired = false,
    IReadOnlyDictionary<string, JsonElement>? Decorators = null)
{
    public string? Description => Decorators?.GetValueOrDefault("description") is { ValueKind: JsonValueKind.String } text
        ? text.GetString()
        : null;
}

public sealed record BicepResource(
    string Name, int Line, string Type, string Version, bool IsExisting, JsonElement Body)
{
    /// <summary>The value at a path such as <c>properties.policy.rules[0].name</c>.</summary>
    public JsonElement? At(string path) => Values.At(Body, path);
}

public sealed record BicepModule(string Name, int Line, string Path, JsonElement Body)
{
    /// <summary>The parameters given.</summary>
    public IEnumerable<JsonProperty> Given => Values.At(Body, "params") is { } given ? given.EnumerateObject() : [];
}

public sealed record BicepUse(string Name, int Line);

public sealed record BicepOutputUse(string Module, string Output, int Line);
