using Berth.Storage.FileSystem;

namespace Berth.Storage.Tests;

/// <summary>A folder of the machine's temporary folder, and a store in it; deleted at the end.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => Store = new FileSystemObjects(Root);

    public string Root { get; } = Path.Join(Path.GetTempPath(), $"berth-tests-{Guid.NewGuid():N}");

    public FileSystemObjects Store { get; }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
