using System.Text.Json;
using Azure.Core;

namespace Azure.Data.Tables;

/// <summary>
/// Reads <c>{"odata.error":{"code":…,"message":{"value":…}}}</c> into a <see cref="RequestFailedException"/>.
/// </summary>
internal sealed class ODataErrorParser : RequestFailedDetailsParser
{
    /// <inheritdoc/>
    public override bool TryParse(Response response, out ResponseError? error, out IDictionary<string, string>? data)
    {
        (error, data) = (null, null);
        if (response.ContentStream is null or { CanSeek: false } or { Length: 0 })
        {
            return false;
        }

        try
        {
            using var body = JsonDocument.Parse(response.Content.ToMemory());
            if (!body.RootElement.TryGetProperty("odata.error", out var details))
            {
                return false;
            }

            var message = details.TryGetProperty("message", out var text) && text.TryGetProperty("value", out var value)
                ? value.GetString()
                : null;
            error = new ResponseError(details.GetProperty("code").GetString(), message);
            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return false; // a proxy's page: the status alone tells
        }
    }
}
