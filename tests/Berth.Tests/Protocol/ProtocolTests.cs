using System.Text.Json.Nodes;
using Berth.Storage;

namespace Berth.Tests.Protocol;

/// <summary>The protocol over one kind of store; every table of the spec derives from this.</summary>
public abstract class ProtocolTests(RegistryFixture fixture)
{
    protected Client Client { get; } = new(fixture.Registry.Client);

    protected RegistryFixture Fixture { get; } = fixture;

    /// <summary>Checks that an answer is an error of the spec: status, code, JSON and a detail.</summary>
    protected static async Task<JsonNode?> AssertErrorAsync(HttpResponseMessage response, int status, string code)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"{(int)response.StatusCode}, not {status}: {text}");
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        var error = Assert.Single(JsonNode.Parse(text)!["errors"]!.AsArray())!;
        Assert.Equal(code, (string?)error["code"]);
        Assert.False(string.IsNullOrEmpty((string?)error["message"]));
        return error["detail"];
    }
}

/// <summary>One registry for all tests of a class.</summary>
public abstract class RegistryFixture : IAsyncLifetime
{
    public TestRegistry Registry { get; private set; } = null!;

    protected abstract RegistryStorage CreateStorage();

    public async Task InitializeAsync() => Registry = await TestRegistry.StartAsync(CreateStorage());

    public virtual async Task DisposeAsync() => await Registry.DisposeAsync();
}

public sealed class MemoryRegistry : RegistryFixture
{
    protected override RegistryStorage CreateStorage() =>
        RegistryStorage.Over(new MemoryObjects(minimumPartSize: 256 * 1024), new MemoryRecords());
}
