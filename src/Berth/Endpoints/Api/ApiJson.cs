using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Berth.Endpoints.Api;

/// <summary>The JSON of the management API. What is read is read strictly: a misspelt member is no silent nothing.</summary>
[JsonSerializable(typeof(ProjectAnswer))]
[JsonSerializable(typeof(ProjectList))]
[JsonSerializable(typeof(NewProject))]
[JsonSerializable(typeof(ProjectChange))]
[JsonSerializable(typeof(MemberAnswer))]
[JsonSerializable(typeof(MemberList))]
[JsonSerializable(typeof(MemberRole))]
[JsonSerializable(typeof(RobotAnswer))]
[JsonSerializable(typeof(RobotList))]
[JsonSerializable(typeof(NewRobot))]
[JsonSerializable(typeof(UserAnswer))]
[JsonSerializable(typeof(UserList))]
[JsonSerializable(typeof(NewUser))]
[JsonSerializable(typeof(UserChange))]
[JsonSerializable(typeof(NewPassword))]
[JsonSerializable(typeof(CallerAnswer))]
[JsonSerializable(typeof(TokenAnswer))]
[JsonSerializable(typeof(TokenList))]
[JsonSerializable(typeof(NewToken))]
[JsonSerializable(typeof(GroupAnswer))]
[JsonSerializable(typeof(GroupList))]
[JsonSerializable(typeof(NewGroup))]
[JsonSerializable(typeof(GroupMemberList))]
[JsonSerializable(typeof(FirstAdministrator))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>Types as every endpoint reads and writes them.</summary>
    public static ApiJson Instance { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        MaxDepth = 16,
        // Answers are application/json with nosniff, never inside HTML.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
