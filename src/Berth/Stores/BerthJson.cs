using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Berth.Accounts;
using Berth.Auth.Audit;
using Berth.Auth.Tokens;
using Berth.Collection;
using Berth.Content;
using Berth.Endpoints;
using Berth.Scrubbing;

namespace Berth.Stores;

/// <summary>The JSON that Berth writes: records and answers.</summary>
[JsonSerializable(typeof(TagRecord))]
[JsonSerializable(typeof(RepositoryRecord))]
[JsonSerializable(typeof(StoredBlob))]
[JsonSerializable(typeof(ManifestRecord))]
[JsonSerializable(typeof(Descriptor))]
[JsonSerializable(typeof(UploadSession))]
[JsonSerializable(typeof(ScrubRecord))]
[JsonSerializable(typeof(Readiness))]
[JsonSerializable(typeof(ShardRecord))]
[JsonSerializable(typeof(TagList))]
[JsonSerializable(typeof(RepositoryList))]
[JsonSerializable(typeof(ReferrerIndex))]
[JsonSerializable(typeof(AccountRecord))]
[JsonSerializable(typeof(GroupRecord))]
[JsonSerializable(typeof(ProjectRecord))]
[JsonSerializable(typeof(RobotRecord))]
[JsonSerializable(typeof(SetupRecord))]
[JsonSerializable(typeof(SigningKeyRecord))]
[JsonSerializable(typeof(TokenClaims))]
[JsonSerializable(typeof(TokenAnswer))]
[JsonSerializable(typeof(AuditRecord))]
[JsonSerializable(typeof(AuditPage))]
[JsonSerializable(typeof(IReadOnlyList<AccessClaim>))]
internal sealed partial class BerthJson : JsonSerializerContext
{
    /// <summary>Types as every store and endpoint writes them.</summary>
    public static BerthJson Instance { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        // Answers are application/json with nosniff, never inside HTML: a media type keeps its plain '+'.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    public static byte[] Write<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(value, type);

    /// <exception cref="InvalidDataException">The store holds something that Berth did not write.</exception>
    public static T Read<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new InvalidDataException("a record is null");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"a record is no {typeof(T).Name}", exception);
        }
    }
}
