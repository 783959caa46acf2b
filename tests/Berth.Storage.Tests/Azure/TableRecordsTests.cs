using System.Text.Json;
using Azure.Core;
using Azure.Core.Pipeline;
using Berth.Storage.Azure;

namespace Berth.Storage.Tests.Azure;

/// <summary>What <see cref="TableRecords"/> makes of the service's answers.</summary>
public sealed class TableRecordsTests : IDisposable
{
    private const string Version = "W/\"datetime'2026-01-02T03%3A04%3A05.6789012Z'\"";

    private static readonly RecordKey Key = new("tags/a", "latest");
    private static readonly byte[] Value = [1, 2, 3];

    private readonly ScriptedService _service = new();

    /// <summary>The calls that answer a question, by name.</summary>
    private static readonly Dictionary<string, Func<TableRecords, Task<object?>>> Calls = new()
    {
        ["get"] = async records => await records.GetAsync(Key, None),
        ["create"] = async records => await records.TryCreateAsync(Key, Value, None),
        ["replace"] = async records => await records.TryReplaceAsync(Key, Value, Version, None),
        ["put"] = async records =>
        {
            await records.PutAsync(Key, Value, None);
            return null;
        },
        ["delete"] = async records => await records.DeleteAsync(Key, null, None),
        ["delete version"] = async records => await records.DeleteAsync(Key, Version, None),
        ["list"] = async records => (await records.ListAsync(Key.Partition, null, 10, None)).Items.Count,
        ["list rows"] = async records => (await records.ListRowsAsync(Key.Partition, null, 10, None)).Items.Count,
    };

    private static CancellationToken None => CancellationToken.None;

    public static TheoryData<string> EveryCall => [.. Calls.Keys];

    public void Dispose() => _service.Dispose();

    [Theory]
    [InlineData("get", 404, "ResourceNotFound", null)]
    [InlineData("create", 409, "EntityAlreadyExists", false)]
    [InlineData("create", 204, null, true)]
    [InlineData("replace", 204, null, true)]
    [InlineData("delete", 404, "ResourceNotFound", true)]
    [InlineData("delete", 204, null, true)]
    [InlineData("delete version", 404, "ResourceNotFound", false)]
    [InlineData("delete version", 412, "UpdateConditionNotSatisfied", false)]
    [InlineData("delete version", 204, null, true)]
    [InlineData("get", 404, "TableNotFound", null)]
    [InlineData("delete", 404, "TableNotFound", true)]
    [InlineData("delete version", 404, "TableNotFound", false)]
    [InlineData("list", 404, "TableNotFound", 0)]
    [InlineData("list rows", 404, "TableNotFound", 0)]
    public async Task A_refusal_is_an_answer(string call, int status, string? code, object? answer)
    {
        _service.Answer(status, code);

        Assert.Equal(answer, await Calls[call](Records()));
        Assert.Single(_service.Requests);
    }

    [Theory]
    [InlineData(412, "UpdateConditionNotSatisfied")]
    [InlineData(404, "ResourceNotFound")]
    [InlineData(404, "TableNotFound")]
    public async Task A_replacement_that_is_refused_is_looked_for_and_is_none(int status, string code)
    {
        _service.Answer(status, code).Answer(404, "ResourceNotFound");
        Assert.False(await Records().TryReplaceAsync(Key, Value, Version, None));

        _service.Answer(status, code).Answer(200, null, Entity("latest"));
        Assert.False(await Records().TryReplaceAsync(Key, Value, "W/\"datetime'2025-01-02T03%3A04%3A05.6789012Z'\"", None));
        Assert.Equal(0, _service.Left);
    }

    [Fact]
    public async Task A_replacement_of_the_version_that_is_there_cannot_be_refused()
    {
        _service.Answer(412, "UpdateConditionNotSatisfied").Answer(200, null, Entity("latest"));

        await Assert.ThrowsAsync<StorageException>(() => Records().TryReplaceAsync(Key, Value, Version, None));
    }

    [Theory]
    [InlineData("get", 404, null)]
    [InlineData("get", 404, "SomethingElse")]
    [InlineData("get", 403, "AuthorizationFailure")]
    [InlineData("get", 400, "InvalidInput")]
    [InlineData("get", 412, "UpdateConditionNotSatisfied")]
    [InlineData("create", 409, "TableBeingDeleted")]
    [InlineData("create", 409, null)]
    [InlineData("create", 413, "RequestBodyTooLarge")]
    [InlineData("replace", 404, null)]
    [InlineData("replace", 400, "InvalidInput")]
    [InlineData("put", 409, "TableBeingDeleted")]
    [InlineData("delete", 404, null)]
    [InlineData("delete", 412, "UpdateConditionNotSatisfied")]
    [InlineData("delete version", 409, "TableBeingDeleted")]
    [InlineData("list", 404, null)]
    [InlineData("list", 412, "UpdateConditionNotSatisfied")]
    [InlineData("list rows", 409, "TableBeingDeleted")]
    [InlineData("create", 500, "OperationTimedOut")]
    [InlineData("replace", 500, "OperationTimedOut")]
    [InlineData("delete version", 500, "InternalError")]
    public async Task Anything_else_is_a_fault(string call, int status, string? code)
    {
        _service.Answer(status, code);

        var fault = await Assert.ThrowsAsync<StorageException>(() => Calls[call](Records()));
        Assert.False(fault.IsThrottled);
        Assert.Single(_service.Requests);
    }

    [Theory]
    [MemberData(nameof(EveryCall))]
    public async Task A_busy_service_is_a_fault_that_says_how_long_to_wait(string call)
    {
        foreach (var (status, code) in new[] { (503, "ServerBusy"), (429, "TooManyRequests") })
        {
            _service.Answer(status, code, null, ("Retry-After", "17"));

            var fault = await Assert.ThrowsAsync<StorageException>(() => Calls[call](Records()));
            Assert.True(fault.IsThrottled);
            Assert.Equal(TimeSpan.FromSeconds(17), fault.RetryAfter);
        }

        Assert.Equal(2, _service.Requests.Count);
    }

    [Theory]
    [MemberData(nameof(EveryCall))]
    public async Task A_service_that_is_busy_for_a_moment_is_asked_again(string call)
    {
        _service.Answer(503, "ServerBusy", null, ("x-ms-retry-after-ms", "1"));
        if (call is "get" or "list" or "list rows")
        {
            _service.Answer(200, null, call == "get" ? Entity("latest") : Page());
        }
        else
        {
            _service.Answer(204);
        }

        Assert.NotEqual(false, await Calls[call](Records()));
        Assert.Equal(0, _service.Left);
    }

    [Theory]
    [InlineData("create")]
    [InlineData("replace")]
    [InlineData("delete version")]
    public async Task A_lost_answer_to_a_write_under_a_condition_is_a_fault_and_not_a_refusal(string call)
    {
        Exception[] ways = [new HttpRequestException("gone"), new IOException("gone"), new TaskCanceledException()];
        foreach (var lost in ways)
        {
            _service.Lose(lost);

            await Assert.ThrowsAsync<StorageException>(() => Calls[call](Records()));
        }

        Assert.Equal(3, _service.Requests.Count);
    }

    [Theory]
    [InlineData("put", 204)]
    [InlineData("delete", 404)]
    public async Task A_lost_answer_to_a_write_that_may_be_repeated_is_got_again(string call, int status)
    {
        _service.Lose(new HttpRequestException("gone")).Answer(status, status == 404 ? "ResourceNotFound" : null);

        Assert.NotEqual(false, await Calls[call](Records()));
        Assert.Equal(0, _service.Left);
    }

    [Theory]
    [MemberData(nameof(EveryCall))]
    public async Task A_service_that_cannot_be_reached_is_a_fault(string call)
    {
        for (var attempt = 0; attempt < 3; attempt++)
        {
            _service.Lose(new HttpRequestException("no route"));
        }

        await Assert.ThrowsAsync<StorageException>(() => Calls[call](Records()));
    }

    [Theory]
    [InlineData("create")]
    [InlineData("put")]
    public async Task The_first_write_creates_the_table(string call)
    {
        _service.Answer(404, "TableNotFound").Answer(204).Answer(204);

        await Calls[call](Records());
        Assert.StartsWith("POST https://account.table.example/Tables?", _service.Requests[1], StringComparison.Ordinal);
        Assert.Equal("""{"TableName":"records"}""", _service.Bodies[1]);
        Assert.Equal(_service.Requests[0], _service.Requests[2]);
    }

    [Fact]
    public async Task Another_host_may_create_the_table_first()
    {
        _service.Answer(404, "TableNotFound").Answer(409, "TableAlreadyExists").Answer(204);

        Assert.True(await Records().TryCreateAsync(Key, Value, None));
    }

    [Theory]
    [InlineData(409, "TableBeingDeleted", "TableBeingDeleted")]
    [InlineData(403, "AuthorizationPermissionMismatch", "may not create it")]
    public async Task A_table_that_cannot_be_created_is_a_fault(int status, string code, string message)
    {
        _service.Answer(404, "TableNotFound").Answer(status, code);

        var fault = await Assert.ThrowsAsync<StorageException>(() => Records().TryCreateAsync(Key, Value, None));
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(EveryCall))]
    public async Task A_missing_table_that_is_not_to_be_created_is_a_fault(string call)
    {
        _service.Answer(404, "TableNotFound");

        var fault = await Assert.ThrowsAsync<StorageException>(() => Calls[call](Records(createMissing: false)));
        Assert.Contains("'records'", fault.Message, StringComparison.Ordinal);
        Assert.Single(_service.Requests);
    }

    [Theory]
    [InlineData("another")]
    [InlineData("*")]
    [InlineData("\"strong\"")]
    public async Task A_version_that_the_service_never_gave_is_of_no_record(string version)
    {
        Assert.False(await Records().TryReplaceAsync(Key, Value, version, None));
        Assert.False(await Records().DeleteAsync(Key, version, None));
        Assert.Empty(_service.Requests);
    }

    [Fact]
    public async Task A_page_that_ends_early_is_gone_on_with()
    {
        (string, string)[] more =
            [("x-ms-continuation-NextPartitionKey", "1!8!p"), ("x-ms-continuation-NextRowKey", "1!4!r=")];
        _service
            .Answer(200, null, Page(), more)
            .Answer(200, null, Page("a", "b"), more)
            .Answer(200, null, Page("c"), more)
            .Answer(200, null, Page());

        var page = await Records().ListRowsAsync("p", "_", 3, None);

        Assert.Equal(["a", "b", "c"], page.Items);
        Assert.False(page.More);
        Assert.Equal(["4", "4", "2", "1"], _service.Requests.Select(request => Query(request, "$top")));
        Assert.All(_service.Requests, request =>
        {
            Assert.Equal("PartitionKey eq 'p' and RowKey gt '_'", Query(request, "$filter"));
            Assert.Equal("RowKey", Query(request, "$select"));
        });
        Assert.All(_service.Requests.Skip(1), request => Assert.Equal("1!4!r=", Query(request, "NextRowKey")));
    }

    [Fact]
    public async Task A_page_as_large_as_the_service_has_is_one_query_unless_more_may_follow()
    {
        string[] rows = [.. Enumerable.Range(0, 1000).Select(index => $"{index:d4}")];
        _service.Answer(200, null, Page(rows));
        Assert.False((await Records().ListRowsAsync("p", null, 1000, None)).More);

        _service
            .Answer(200, null, Page(rows), ("x-ms-continuation-NextPartitionKey", "p"))
            .Answer(200, null, Page("1000"));
        var page = await Records().ListRowsAsync("p", null, 1000, None);

        Assert.True(page.More);
        Assert.Equal(rows, page.Items);
        Assert.Equal(["1000", "1000", "1"], _service.Requests.Select(request => Query(request, "$top")));
        Assert.Null(Query(_service.Requests[^1], "NextRowKey"));
    }

    [Fact]
    public async Task An_entity_that_is_no_record_is_a_fault()
    {
        _service.Answer(200, null, Page("a b"));

        await Assert.ThrowsAsync<StorageException>(() => Records().ListRowsAsync("p", null, 10, None));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(65_536, 1)]
    [InlineData(65_537, 2)]
    [InlineData(524_288, 8)]
    public async Task A_value_is_split_over_properties_that_the_service_takes(int size, int properties)
    {
        var value = Data.Bytes(size);
        _service.Answer(204);
        await Records().PutAsync(Key, value, None);

        using var body = JsonDocument.Parse(_service.Bodies[0]);
        byte[][] parts =
        [
            .. Enumerable.Range(0, properties)
                .Select(part => body.RootElement.GetProperty($"V{part}").GetBytesFromBase64()),
        ];
        Assert.False(body.RootElement.TryGetProperty($"V{properties}", out _));
        Assert.All(parts, part => Assert.InRange(part.Length, 1, 65_536));
        Data.AssertSame(value, [.. parts.SelectMany(part => part)]);
        Assert.InRange(_service.Bodies[0].Length, 0, 1_048_576);
    }

    [Fact]
    public async Task An_identity_calls_with_a_token_for_storage()
    {
        var credential = new RecordingCredential();
        _service.Answer(404, "ResourceNotFound");

        Assert.Null(await Records(credential: credential).GetAsync(Key, None));
        Assert.Equal(["https://storage.azure.com/.default"], credential.Scopes);
        Assert.Equal("Bearer token", _service.Authorizations[0]);
        Assert.StartsWith(
            "GET https://account.table.example/records(PartitionKey='tags%7Ca',RowKey='latest')?",
            _service.Requests[0],
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UseDevelopmentStorage=true", "http://127.0.0.1:10002/devstoreaccount1/records(")]
    [InlineData("AccountName=acc;AccountKey=AAAA", "https://acc.table.core.windows.net/records(")]
    [InlineData(
        "DefaultEndpointsProtocol=https;AccountName=acc;AccountKey=AAAA;EndpointSuffix=core.chinacloudapi.cn",
        "https://acc.table.core.chinacloudapi.cn/records(")]
    [InlineData("AccountName=acc;AccountKey=AAAA;TableEndpoint=http://tables:81/x", "http://tables:81/x/records(")]
    public async Task A_connection_string_says_where_the_service_is(string connectionString, string address)
    {
        _service.Answer(404, "ResourceNotFound");
        var options = new AzureStorageOptions { ConnectionString = connectionString, Table = "records" };

        Assert.Null(await new TableRecords(new AzureAccount(options, Transport())).GetAsync(Key, None));
        Assert.StartsWith("GET " + address, _service.Requests[0], StringComparison.Ordinal);
        Assert.StartsWith("SharedKeyLite ", _service.Authorizations[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_string_may_have_a_signature()
    {
        _service.Answer(404, "ResourceNotFound");
        var options = new AzureStorageOptions
        {
            ConnectionString = "TableEndpoint=https://tables.example;SharedAccessSignature=sv=2019-02-02&sig=a%2Fb%3D",
            Table = "records",
        };

        Assert.Null(await new TableRecords(new AzureAccount(options, Transport())).GetAsync(Key, None));
        Assert.StartsWith("GET https://tables.example/records(", _service.Requests[0], StringComparison.Ordinal);
        Assert.EndsWith("&sv=2019-02-02&sig=a%2Fb%3D", _service.Requests[0], StringComparison.Ordinal);
        Assert.Null(_service.Authorizations[0]);
    }

    private static Dictionary<string, string> Entity(string row) => new() { ["odata.etag"] = Version, ["RowKey"] = row };

    private static object Page(params string[] rows) => new { value = rows.Select(Entity) };

    private static string? Query(string request, string name) =>
        System.Web.HttpUtility.ParseQueryString(new Uri(request.Split(' ')[1]).Query)[name];

    private TableRecords Records(bool createMissing = true, TokenCredential? credential = null) =>
        new(new AzureAccount(
            new AzureStorageOptions
            {
                TableServiceUri = new("https://account.table.example"),
                Table = "records",
                CreateMissing = createMissing,
            },
            Transport(),
            credential ?? new RecordingCredential()));

    private HttpClientTransport Transport() => new(new HttpClient(_service, disposeHandler: false));

    private sealed class RecordingCredential : TokenCredential
    {
        public List<string> Scopes { get; } = [];

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            Scopes.AddRange(requestContext.Scopes);
            return new("token", DateTimeOffset.MaxValue);
        }

        public override ValueTask<AccessToken> GetTokenAsync(
            TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(GetToken(requestContext, cancellationToken));
    }
}
