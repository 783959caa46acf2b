using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.RegularExpressions;
using Berth.Endpoints.Api;
using Berth.Stores;

namespace Berth.Tests.Api;

/// <summary>Makes the OpenAPI document of the management API from its route table and its types.</summary>
internal static partial class OpenApi
{
    private static readonly JsonObject Error = new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject
        {
            ["errors"] = new JsonObject
            {
                ["type"] = "array",
                ["items"] = new JsonObject
                {
                    ["type"] = "object",
                    ["properties"] = new JsonObject
                    {
                        ["code"] = new JsonObject { ["type"] = "string" },
                        ["message"] = new JsonObject { ["type"] = "string" },
                        ["detail"] = new JsonObject(),
                    },
                    ["required"] = new JsonArray("code", "message"),
                },
            },
        },
        ["required"] = new JsonArray("errors"),
    };

    public static string Create(IEnumerable<Route> routes)
    {
        var paths = new JsonObject();
        var schemas = new SortedDictionary<string, JsonNode>(StringComparer.Ordinal) { ["Errors"] = Error.DeepClone() };
        foreach (var route in routes)
        {
            var path = route.Pattern[ApiRouteTable.Root.Length..];
            var operations = paths[path] as JsonObject ?? [];
            paths[path] = operations;
            operations[route.Methods.Single().ToLowerInvariant()] = Operation(route, ApiShape.All[route.Id], schemas);
        }
        var document = new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "Berth management API",
                ["version"] = "1",
                ["description"] = "Accounts, groups, projects, robots and personal tokens of a Berth registry with accounts.",
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = ApiRouteTable.Root }),
            ["security"] = new JsonArray(new JsonObject { ["basic"] = new JsonArray() }, new JsonObject { ["bearer"] = new JsonArray() }),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = new JsonObject(schemas.Select(one => KeyValuePair.Create<string, JsonNode?>(one.Key, one.Value))),
                ["securitySchemes"] = new JsonObject
                {
                    ["basic"] = new JsonObject { ["type"] = "http", ["scheme"] = "basic" },
                    ["bearer"] = new JsonObject
                    {
                        ["type"] = "http",
                        ["scheme"] = "bearer",
                        ["description"] = "a token of /token for the scope registry:api:*",
                    },
                },
            },
        };
        return document.ToJsonString(new JsonSerializerOptions { WriteIndented = true, NewLine = "\n" }) + "\n";
    }

    private static JsonObject Operation(Route route, ApiShape shape, SortedDictionary<string, JsonNode> schemas)
    {
        var operation = new JsonObject
        {
            ["operationId"] = route.Id,
            ["summary"] = shape.Summary,
            ["description"] = $"Access: {Words(route.Access)}.",
        };
        if (route.Access is Access.None)
        {
            operation["security"] = new JsonArray();
        }
        else if (route.Access is Access.Anybody or Access.SeeProject or Access.Register)
        {
            operation["security"] = new JsonArray(
                new JsonObject(), new JsonObject { ["basic"] = new JsonArray() }, new JsonObject { ["bearer"] = new JsonArray() });
        }
        if (Parameters(route, shape) is { Count: > 0 } parameters)
        {
            operation["parameters"] = parameters;
        }
        if (shape.Body is not null)
        {
            operation["requestBody"] = new JsonObject { ["required"] = true, ["content"] = Content(shape.Body, schemas) };
        }
        var success = new JsonObject { ["description"] = "success" };
        if (shape.Answer is not null)
        {
            success["content"] = Content(shape.Answer, schemas);
        }
        operation["responses"] = new JsonObject
        {
            [$"{shape.Status}"] = success,
            ["default"] = new JsonObject
            {
                ["description"] = "refused",
                ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = Reference("Errors") } },
            },
        };
        return operation;
    }

    private static JsonArray Parameters(Route route, ApiShape shape)
    {
        var parameters = new JsonArray();
        foreach (Match variable in Variable().Matches(route.Pattern))
        {
            parameters.Add((JsonNode)Parameter(variable.Groups[1].Value, "path", "string", isRequired: true));
        }
        if (shape.IsPaged)
        {
            parameters.Add((JsonNode)Parameter("n", "query", "integer"));
            parameters.Add((JsonNode)Parameter("last", "query", "string"));
        }
        foreach (var filter in shape.Filters)
        {
            parameters.Add((JsonNode)Parameter(filter, "query", "string"));
        }
        if (shape.IsVersioned && route.Methods is not ["GET"])
        {
            parameters.Add((JsonNode)Parameter("If-Match", "header", "string"));
        }
        return parameters;
    }

    private static JsonObject Parameter(string name, string place, string type, bool isRequired = false)
    {
        var parameter = new JsonObject { ["name"] = name, ["in"] = place, ["schema"] = new JsonObject { ["type"] = type } };
        if (isRequired)
        {
            parameter["required"] = true;
        }
        return parameter;
    }

    private static JsonObject Content(Type type, SortedDictionary<string, JsonNode> schemas)
    {
        schemas.TryAdd(type.Name, (ApiJson.Instance.GetTypeInfo(type) ?? BerthJson.Instance.GetTypeInfo(type))!.GetJsonSchemaAsNode(new JsonSchemaExporterOptions
        {
            TreatNullObliviousAsNonNullable = true,
            TransformSchemaNode = (context, schema) =>
            {
                // What a schema of its own names by a path within itself is elsewhere here.
                if (schema is JsonObject node && node["$ref"] is { } path)
                {
                    node["$ref"] = $"#/components/schemas/{type.Name}{((string)path!)[1..]}";
                }
                OmitNulls(schema);
                return schema;
            },
        }));
        return new JsonObject { ["application/json"] = new JsonObject { ["schema"] = Reference(type.Name) } };
    }

    /// <summary>What is null is left out of answers, and may be left out of requests.</summary>
    private static void OmitNulls(JsonNode schema)
    {
        if (schema is JsonObject node && node["required"] is JsonArray required)
        {
            node["required"] = new JsonArray(
                [.. required.Where(name => node["properties"]![(string)name!]!["type"] is not JsonArray).Select(name => name!.DeepClone())]);
        }
    }

    private static JsonObject Reference(string name) => new() { ["$ref"] = $"#/components/schemas/{name}" };

    private static string Words(Access access) => access switch
    {
        Access.None => "nobody is asked who he is",
        Access.Anybody => "anybody, who sees what he may see",
        Access.Login => "whoever has logged in",
        Access.Person => "a person who has logged in",
        Access.Oneself => "the account itself, and administrators",
        Access.Administrator => "administrators",
        Access.Register => "administrators; anybody where self-registration is on",
        Access.CreateProject => "administrators; every person where that is allowed",
        Access.SeeProject => "whoever may see the project; 404 for others",
        Access.JoinedProject => "members of the project",
        Access.MaintainProject => "maintainers and owners of the project",
        Access.OwnProject => "owners of the project",
        _ => throw new ArgumentException($"no access of the management API: {access}", nameof(access)),
    };

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Variable();
}
