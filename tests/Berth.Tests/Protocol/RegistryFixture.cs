using Berth.Storage;
using Berth.Storage.FileSystem;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Berth.Tests.Protocol;

/// <summary>One kind of store, and one registry over it for all tests of a class.</summary>
public abstract class RegistryFixture : IAsyncLifetime
{
    private Stores _stores = null!;

    /// <summary>Why there is no such store here, to skip tests with, or <see langword="null"/>.</summary>
    public string? Reason { get; private set; }

    public TestRegistry Registry { get; private set; } = null!;

    /// <summary>The store itself, whose calls nobody counts.</summary>
    public IObjectStore Objects => _stores.Objects;

    /// <summary>
    /// Whether of two requests that send the same part of an upload each keeps its own. Where the store keeps the last one, it
    /// refuses to complete with the other: then it may be that nobody wins, and the upload begins anew.
    /// </summary>
    public virtual bool KeepsAttempts => true;

    protected abstract Stores CreateStores();

    /// <summary>Starts what the stores need.</summary>
    /// <returns>Why it cannot be started, or <see langword="null"/>.</returns>
    protected virtual Task<string?> PrepareAsync() => Task.FromResult<string?>(null);

    public async Task InitializeAsync()
    {
        Reason = await PrepareAsync();
        if (Reason is not null)
        {
            return;
        }
        _stores = CreateStores();
        Registry = await StartAsync();
    }

    public virtual async Task DisposeAsync()
    {
        if (Reason is null)
        {
            await Registry.DisposeAsync();
        }
    }

    /// <summary>Another registry over the same stores.</summary>
    public Task<TestRegistry> StartAsync(RegistryOptions? options = null) =>
        TestRegistry.StartAsync(_stores.Open(), options);

    /// <summary>Another registry over the same stores, which speaks nothing but HTTP/2.</summary>
    public Task<TestRegistry> StartHttp2Async() => TestRegistry.StartAsync(_stores.Open(), protocols: HttpProtocols.Http2);

    /// <summary>Another registry over the same stores, whose calls the test fails or holds back.</summary>
    public Task<TestRegistry> StartAsync(Interception interception, RegistryOptions? options = null)
    {
        return TestRegistry.StartAsync(
            RegistryStorage.Over(
                new InterceptedObjects(_stores.Objects, interception),
                new InterceptedRecords(_stores.Records, interception)),
            options);
    }

    /// <summary>A registry over empty stores.</summary>
    public Task<TestRegistry> StartEmptyAsync(RegistryOptions? options = null) =>
        TestRegistry.StartAsync(CreateStores().Open(), options);
}

/// <summary>Where a registry keeps everything.</summary>
public sealed class Stores
{
    private readonly IVersionedObjects? _versioned;

    public Stores(IObjectStore objects, IRecordStore records) => (Objects, Records) = (objects, records);

    public Stores(IObjectStore objects, IVersionedObjects versioned)
        : this(objects, new ObjectRecords(versioned)) => _versioned = versioned;

    /// <summary>Bytes.</summary>
    public IObjectStore Objects { get; }

    /// <summary>Facts.</summary>
    public IRecordStore Records { get; }

    /// <summary>With the calls counted that reach the store: a listing of records that are objects is many.</summary>
    public RegistryStorage Open() =>
        _versioned is null ? RegistryStorage.Over(Objects, Records) : RegistryStorage.Over(Objects, _versioned);
}

public sealed class MemoryRegistry : RegistryFixture
{
    protected override Stores CreateStores() =>
        new(new MemoryObjects(minimumPartSize: 256 * 1024), new MemoryRecords());
}

public sealed class FolderRegistry : RegistryFixture
{
    private const string Memory = "/dev/shm";

    private readonly string _root = Directory.CreateDirectory(
        Path.Combine(IsRoomInMemory() ? Memory : Path.GetTempPath(), $"berth-tests-{Guid.NewGuid():n}")).FullName;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    protected override Stores CreateStores()
    {
        var objects = new FileSystemObjects(Path.Combine(_root, Guid.NewGuid().ToString("n")));
        return new(objects, versioned: objects);
    }

    /// <summary>The protocol is what is tested here: thousands of flushes to a disk would only make it slow.</summary>
    private static bool IsRoomInMemory() =>
        Directory.Exists(Memory) && new DriveInfo(Memory).AvailableFreeSpace > 4L * 1024 * 1024 * 1024;
}
