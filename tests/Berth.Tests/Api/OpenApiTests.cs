using System.Net;
using System.Text.Json.Nodes;
using Berth.Auth;
using Berth.Storage;
using Berth.Tests.Accounts;

namespace Berth.Tests.Api;

/// <summary>The OpenAPI document: that it says what the code does. BERTH_WRITE_OPENAPI=1 writes it anew.</summary>
public sealed class OpenApiTests(AccountsRegistry registry) : IClassFixture<AccountsRegistry>
{
    private static readonly string Committed = Path.Combine(ArchitectureTests.Root, "docs", "openapi.json");

    [Fact]
    public async Task The_committed_document_is_that_of_the_routes_and_types()
    {
        var expected = OpenApi.Create(Routes());
        if (Environment.GetEnvironmentVariable("BERTH_WRITE_OPENAPI") == "1")
        {
            await File.WriteAllTextAsync(Committed, expected);
        }

        Assert.Equal(expected, await File.ReadAllTextAsync(Committed));
    }

    [Fact]
    public async Task It_is_served_to_anybody()
    {
        var served = await registry.As().ExpectAsync(HttpStatusCode.OK, "GET", "openapi.json");

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(await File.ReadAllTextAsync(Committed)), served));
    }

    [Fact]
    public void Every_route_of_the_API_is_described_and_needs_a_right()
    {
        Assert.Equal(
            ApiShape.All.Keys.Order(StringComparer.Ordinal), Routes().Select(route => route.Id).Order(StringComparer.Ordinal));
        Assert.Equal(
            ["openapi", "setup"],
            Routes().Where(route => route.Access == Access.None).Select(route => route.Id).Order(StringComparer.Ordinal));
        Assert.All(Routes(), route => Assert.True(
            route.Access.IsManagement() || route.Access is Access.None or Access.Login, route.Id));
    }

    [Fact]
    public void Every_reference_within_it_leads_somewhere()
    {
        var document = JsonNode.Parse(OpenApi.Create(Routes()))!;
        var references = new List<string>();
        Collect(document);

        Assert.NotEmpty(references);
        Assert.All(references, reference =>
        {
            JsonNode? at = document;
            foreach (var part in reference.Split('/')[1..])
            {
                at = at is JsonArray array
                    ? array[int.Parse(part, System.Globalization.CultureInfo.InvariantCulture)]
                    : at?[part];
            }
            Assert.True(at is not null, reference);
        });

        void Collect(JsonNode? node)
        {
            if (node is JsonObject fields)
            {
                if (fields["$ref"] is { } reference)
                {
                    references.Add((string)reference!);
                }
                foreach (var field in fields)
                {
                    Collect(field.Value);
                }
            }
            foreach (var item in node as JsonArray ?? [])
            {
                Collect(item);
            }
        }
    }

    [Fact]
    public async Task Without_accounts_there_is_no_API()
    {
        await using var open = await TestRegistry.StartAsync(RegistryStorage.Over(new MemoryObjects(), new MemoryRecords()));
        var anybody = new AccountsRegistry.Caller(open.Client);

        await anybody.ExpectAsync(HttpStatusCode.NotFound, "GET", "openapi.json");
        await anybody.ExpectAsync(HttpStatusCode.NotFound, "GET", "user");
        Assert.Equal(HttpStatusCode.NotFound, await anybody.StatusAsync("GET", "/token"));
    }

    private static Route[] Routes()
    {
        var records = new MemoryRecords();
        return ApiRouteTable.Create(
            new AccountOptions(), new(records), new(records, TimeProvider.System), new(records),
            new PasswordVerification(new(), TimeProvider.System), TimeProvider.System);
    }
}
