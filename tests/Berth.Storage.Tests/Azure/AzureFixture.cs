using Berth.Storage.Azure;

namespace Berth.Storage.Tests.Azure;

/// <summary>A container and a table of its own, in the Azurite that the test assembly shares.</summary>
public sealed class AzureFixture : IAsyncLifetime
{
    /// <summary>Why there is no Azurite, or <see langword="null"/>.</summary>
    public string? Reason { get; private set; }

    public Azurite Azurite { get; private set; } = null!;

    public AzureStorageOptions Options { get; private set; } = null!;

    public BlobObjects? Objects { get; private set; }

    public TableRecords? Records { get; private set; }

    public async Task InitializeAsync()
    {
        Azurite = await Azurite.SharedAsync();
        Reason = Azurite.Reason;
        if (Reason is not null)
            return;
        var name = $"t{Guid.NewGuid():N}";
        Options = new() { ConnectionString = Azurite.ConnectionString, Container = name, Table = name };
        Objects = new(new(Options), TimeProvider.System);
        Records = new(new(Options));
    }

    public Task DisposeAsync() => Task.CompletedTask;
}
