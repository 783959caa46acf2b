using System.Text.Json;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables.Models;

namespace Azure.Data.Tables;

/// <summary>One table of the table service.</summary>
public class TableClient
{
    private const string Scope = "https://storage.azure.com/.default";

    private readonly HttpPipeline _pipeline;
    private readonly EntityRequests _requests;

    /// <summary>Uses the key or the signature of a connection string.</summary>
    public TableClient(string connectionString, string tableName, TableClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(connectionString);
        ArgumentException.ThrowIfNullOrEmpty(tableName);
        var account = ConnectionString.Parse(connectionString);
        options ??= new();
        _pipeline = Build(options, account.Authentication);
        _requests = new(_pipeline, account.Endpoint, options.Version, tableName);
        Name = tableName;
    }

    /// <summary>Uses an identity.</summary>
    public TableClient(Uri endpoint, string tableName, TokenCredential tokenCredential, TableClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentException.ThrowIfNullOrEmpty(tableName);
        ArgumentNullException.ThrowIfNull(tokenCredential);
        options ??= new();
        _pipeline = Build(options, new BearerTokenAuthenticationPolicy(tokenCredential, Scope));
        _requests = new(_pipeline, endpoint, options.Version, tableName);
        Name = tableName;
    }

    /// <summary>The table's name.</summary>
    public virtual string Name { get; }

    /// <summary>Creates the table where it is absent.</summary>
    public virtual async Task<Response<TableItem>> CreateIfNotExistsAsync(CancellationToken cancellationToken = default)
    {
        var content = RequestContent.Create(new { TableName = Name });
        var response = await SendAsync(_requests.CreateTable(content), cancellationToken).ConfigureAwait(false);
        return !response.IsError || new RequestFailedException(response) is { ErrorCode: "TableAlreadyExists" }
            ? Response.FromValue(new TableItem(Name), response)
            : throw new RequestFailedException(response);
    }

    /// <summary>Adds an entity. One that exists is an error, 409.</summary>
    public virtual async Task<Response> AddEntityAsync<T>(T entity, CancellationToken cancellationToken = default)
        where T : ITableEntity =>
        Succeeded(await SendAsync(_requests.Add(Content(entity)), cancellationToken).ConfigureAwait(false));

    /// <summary>Changes an entity of a version. Another version is an error, 412; absence is 404.</summary>
    public virtual async Task<Response> UpdateEntityAsync<T>(
        T entity, ETag ifMatch, TableUpdateMode mode = TableUpdateMode.Merge, CancellationToken cancellationToken = default)
        where T : ITableEntity
    {
        if (ifMatch == default)
        {
            throw new ArgumentException("Name a version, or ETag.All.", nameof(ifMatch));
        }

        return Succeeded(await SendAsync(
            _requests.Write(entity.PartitionKey, entity.RowKey, Content(entity), mode, ifMatch), cancellationToken)
            .ConfigureAwait(false));
    }

    /// <summary>Adds an entity or changes the one there is.</summary>
    public virtual async Task<Response> UpsertEntityAsync<T>(
        T entity, TableUpdateMode mode = TableUpdateMode.Merge, CancellationToken cancellationToken = default)
        where T : ITableEntity =>
        Succeeded(await SendAsync(
            _requests.Write(entity.PartitionKey, entity.RowKey, Content(entity), mode, ifMatch: null), cancellationToken)
            .ConfigureAwait(false));

    /// <summary>Deletes an entity of a version, by default of any. Another version is an error, 412; absence is not: 404
    /// is returned.</summary>
    public virtual async Task<Response> DeleteEntityAsync(
        string partitionKey, string rowKey, ETag ifMatch = default, CancellationToken cancellationToken = default)
    {
        var response = await SendAsync(
            _requests.Delete(partitionKey, rowKey, ifMatch == default ? ETag.All : ifMatch), cancellationToken)
            .ConfigureAwait(false);
        return response.Status is 204 or 404 ? response : throw new RequestFailedException(response);
    }

    /// <summary>Reads an entity. Absence, also of the table, is a response without a value.</summary>
    public virtual async Task<NullableResponse<T>> GetEntityIfExistsAsync<T>(
        string partitionKey,
        string rowKey,
        IEnumerable<string>? select = null,
        CancellationToken cancellationToken = default)
        where T : class, ITableEntity
    {
        var response = await SendAsync(_requests.Get(partitionKey, rowKey, Join(select)), cancellationToken)
            .ConfigureAwait(false);
        if (response.Status == 404)
        {
            return new NoValue<T>(response);
        }

        using var json = JsonDocument.Parse(Succeeded(response).Content.ToMemory());
        return Response.FromValue(Entity<T>(json.RootElement), response);
    }

    /// <summary>Reads the entities that a filter selects, in the order of their keys.</summary>
    public virtual AsyncPageable<T> QueryAsync<T>(
        string? filter = null,
        int? maxPerPage = null,
        IEnumerable<string>? select = null,
        CancellationToken cancellationToken = default)
        where T : class, ITableEntity =>
        new EntityPages<T>(async (token, size) =>
        {
            var (nextPartitionKey, nextRowKey) = EntityPages<T>.Split(token);
            var response = Succeeded(await SendAsync(
                _requests.Query(filter, size ?? maxPerPage, Join(select), nextPartitionKey, nextRowKey), cancellationToken)
                .ConfigureAwait(false));
            using var json = JsonDocument.Parse(response.Content.ToMemory());
            return Page<T>.FromValues(
                [.. json.RootElement.GetProperty("value").EnumerateArray().Select(Entity<T>)],
                EntityPages<T>.Token(response.Headers),
                response);
        });

    private static HttpPipeline Build(TableClientOptions options, HttpPipelinePolicy authentication) =>
        HttpPipelineBuilder.Build(new HttpPipelineOptions(options)
        {
            PerRetryPolicies = { authentication },
            ResponseClassifier = new ResponseClassifier(),
            RequestFailedDetailsParser = new ODataErrorParser(),
        });

    private async Task<Response> SendAsync(HttpMessage message, CancellationToken cancellationToken)
    {
        using (message)
        {
            await _pipeline.SendAsync(message, cancellationToken).ConfigureAwait(false);
            return message.Response;
        }
    }

    private static Response Succeeded(Response response) =>
        response.IsError ? throw new RequestFailedException(response) : response;

    private static RequestContent Content(ITableEntity entity) => EntityJson.Write(
        entity as TableEntity ?? throw new NotSupportedException("Entities are of type TableEntity."));

    private static T Entity<T>(JsonElement json) => EntityJson.Read(json) is T entity
        ? entity
        : throw new NotSupportedException("Entities are of type TableEntity.");

    private static string? Join(IEnumerable<string>? select) => select is null ? null : string.Join(',', select);

    private sealed class NoValue<T>(Response response) : NullableResponse<T>
    {
        public override bool HasValue => false;

        public override T Value => throw new InvalidOperationException("There is no value.");

        public override Response GetRawResponse() => response;
    }
}
