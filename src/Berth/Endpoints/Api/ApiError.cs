using System.Text.Json.Nodes;
using Berth.Errors;

namespace Berth.Endpoints.Api;

/// <summary>What the management API answers beside the spec's own errors, in the same form.</summary>
internal static class ApiError
{
    /// <summary>400: the body is not what the operation takes.</summary>
    public static RegistryError Invalid(string detail) => new(400, "REQUEST_INVALID", "invalid request", detail);

    /// <summary>400: a name against the grammar.</summary>
    public static RegistryError NameInvalid(string what, string? given, string expected) =>
        new(400, "NAME_INVALID", $"invalid name of a {what}", new JsonObject { ["given"] = given, ["expected"] = expected });

    /// <summary>404, also where the caller may not know.</summary>
    public static RegistryError NotFound(string what, string name) =>
        new(404, "NOT_FOUND", $"no such {what}", new JsonObject { ["name"] = name });

    /// <summary>409: as things are, a rule says no.</summary>
    public static RegistryError Conflict(string detail) => new(409, "CONFLICT", "conflict with the present state", detail);

    /// <summary>412: what If-Match names is not what there is.</summary>
    public static RegistryError Changed() =>
        new(412, "PRECONDITION_FAILED", "changed meanwhile", "read it again, and decide anew");

    /// <summary>413.</summary>
    public static RegistryError TooLarge(int limit) =>
        new(413, "SIZE_INVALID", "request body too large", $"at most {limit} bytes are accepted");

    /// <summary>415.</summary>
    public static RegistryError NoJson() =>
        new(415, "UNSUPPORTED", "unsupported media type", "the body has to be application/json");
}
