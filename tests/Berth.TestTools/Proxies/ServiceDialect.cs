using System.Globalization;

namespace Berth.TestTools.Proxies;

/// <summary>How a service words its errors.</summary>
public sealed class ServiceDialect
{
    private readonly Func<int, string> _code;
    private readonly Func<string, string> _body;
    private readonly string _contentType;

    private ServiceDialect(Func<int, string> code, Func<string, string> body, string contentType) =>
        (_code, _body, _contentType) = (code, body, contentType);

    public static ServiceDialect AzureBlobs { get; } = new(
        status => status switch
        {
            409 => "BlobAlreadyExists",
            412 => "ConditionNotMet",
            429 or 503 => "ServerBusy",
            _ => "InternalError",
        },
        code => $"<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>{code}</Code><Message>so.</Message></Error>",
        "application/xml")
    {
        CodeHeader = "x-ms-error-code",
    };

    public static ServiceDialect AzureTables { get; } = new(
        status => status switch
        {
            409 => "EntityAlreadyExists",
            412 => "UpdateConditionNotSatisfied",
            429 or 503 => "ServerBusy",
            _ => "InternalError",
        },
        code => "{\"odata.error\":{\"code\":\"" + code + "\",\"message\":{\"lang\":\"en-US\",\"value\":\"so.\"}}}",
        "application/json;odata=minimalmetadata")
    {
        CodeHeader = "x-ms-error-code",
    };

    public static ServiceDialect S3 { get; } = new(
        status => status switch
        {
            409 => "ConditionalRequestConflict",
            412 => "PreconditionFailed",
            429 or 503 => "SlowDown",
            _ => "InternalError",
        },
        code => $"<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{code}</Code><Message>so.</Message></Error>",
        "application/xml");

    public static ServiceDialect Oss { get; } = new(
        status => status switch
        {
            409 => "FileAlreadyExists",
            412 => "PreconditionFailed",
            429 or 503 => "ServerBusy",
            _ => "InternalError",
        },
        code => $"<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{code}</Code><Message>so.</Message></Error>",
        "application/xml");

    private string? CodeHeader { get; init; }

    internal HttpResponseMessage Refuse(int status, int? retryAfter = null)
    {
        var code = _code(status);
        var answer = new HttpResponseMessage((System.Net.HttpStatusCode)status)
        {
            Content = new StringContent(_body(code), new System.Net.Http.Headers.MediaTypeHeaderValue("text/plain")),
        };
        answer.Content.Headers.Remove("Content-Type");
        answer.Content.Headers.TryAddWithoutValidation("Content-Type", _contentType);
        if (CodeHeader is not null)
            answer.Headers.TryAddWithoutValidation(CodeHeader, code);
        if (retryAfter is { } seconds)
            answer.Headers.TryAddWithoutValidation("Retry-After", seconds.ToString(CultureInfo.InvariantCulture));
        return answer;
    }
}
