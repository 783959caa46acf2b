using Azure.Core;
using Azure.Core.Pipeline;

namespace Azure.Data.Tables;

/// <summary>The requests of the table service's REST API that the client sends.</summary>
internal sealed class EntityRequests(HttpPipeline pipeline, Uri endpoint, string version, string table)
{
    private const string MinimalMetadata = "application/json;odata=minimalmetadata";

    /// <summary>Every path below begins with a slash.</summary>
    private readonly Uri _endpoint = new(endpoint.AbsoluteUri.TrimEnd('/'));

    public HttpMessage CreateTable(RequestContent content) => Create(RequestMethod.Post, "/Tables", content);

    public HttpMessage Add(RequestContent content) => Create(RequestMethod.Post, "/" + table, content);

    public HttpMessage Write(string partitionKey, string rowKey, RequestContent content, TableUpdateMode mode, ETag? ifMatch)
    {
        var message = Create(
            mode == TableUpdateMode.Replace ? RequestMethod.Put : RequestMethod.Patch, Path(partitionKey, rowKey), content);
        if (ifMatch is { } etag)
        {
            message.Request.Headers.SetValue("If-Match", etag.ToString());
        }

        return message;
    }

    public HttpMessage Delete(string partitionKey, string rowKey, ETag ifMatch)
    {
        var message = Create(RequestMethod.Delete, Path(partitionKey, rowKey));
        message.Request.Headers.SetValue("If-Match", ifMatch.ToString());
        return message;
    }

    public HttpMessage Get(string partitionKey, string rowKey, string? select)
    {
        var message = Create(RequestMethod.Get, Path(partitionKey, rowKey));
        AppendQuery(message, "$select", select);
        return message;
    }

    /// <param name="filter">Which entities; <see langword="null"/> for all.</param>
    /// <param name="top">The most entities; <see langword="null"/> for as many as the service likes.</param>
    /// <param name="select">Which properties, with commas between; <see langword="null"/> for all.</param>
    /// <param name="nextPartitionKey">Where to go on, as the service said.</param>
    /// <param name="nextRowKey">Where to go on, as the service said.</param>
    public HttpMessage Query(string? filter, int? top, string? select, string? nextPartitionKey, string? nextRowKey)
    {
        var message = Create(RequestMethod.Get, $"/{table}()");
        AppendQuery(message, "$top", top is { } count ? $"{count}" : null);
        AppendQuery(message, "$select", select);
        AppendQuery(message, "$filter", filter);
        AppendQuery(message, "NextPartitionKey", nextPartitionKey);
        AppendQuery(message, "NextRowKey", nextRowKey);
        return message;
    }

    private HttpMessage Create(RequestMethod method, string path, RequestContent? content = null)
    {
        var message = pipeline.CreateMessage();
        var request = message.Request;
        request.Method = method;
        request.Uri.Reset(_endpoint);
        request.Uri.AppendPath(path, escape: false);
        request.Uri.AppendQuery("$format", MinimalMetadata, escapeValue: true);
        request.Headers.SetValue("x-ms-version", version);
        request.Headers.SetValue("DataServiceVersion", "3.0");
        request.Headers.SetValue("Accept", MinimalMetadata);
        if (content is not null)
        {
            request.Headers.SetValue("Content-Type", "application/json");
            request.Content = content;
        }

        if (method == RequestMethod.Post)
        {
            request.Headers.SetValue("Prefer", "return-no-content");
        }

        return message;
    }

    private static void AppendQuery(HttpMessage message, string name, string? value)
    {
        if (value is not null)
        {
            message.Request.Uri.AppendQuery(name, value, escapeValue: true);
        }
    }

    private string Path(string partitionKey, string rowKey) =>
        $"/{table}(PartitionKey='{Escape(partitionKey)}',RowKey='{Escape(rowKey)}')";

    private static string Escape(string key) => Uri.EscapeDataString(key.Replace("'", "''", StringComparison.Ordinal));
}
