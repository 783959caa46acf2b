namespace Berth.TestTools;

/// <summary>A folder of one test, gone when the test is over.</summary>
public sealed class TemporaryFolder : IDisposable
{
    private TemporaryFolder(string path) => Path = path;

    public string Path { get; }

    public static TemporaryFolder Create() => new(Directory.CreateTempSubdirectory("berth-test-").FullName);

    /// <summary>Makes one in another folder than that of the machine's temporary files.</summary>
    public static TemporaryFolder CreateIn(string parent) =>
        new(Directory.CreateDirectory(System.IO.Path.Join(parent, $"berth-test-{Guid.NewGuid():N}")).FullName);

    /// <summary>Makes one in memory where the machine has such a file system: for what no disk is to be waited for.</summary>
    public static TemporaryFolder CreateInMemory() => Directory.Exists("/dev/shm") ? CreateIn("/dev/shm") : Create();

    /// <summary>Makes a folder inside it.</summary>
    public string Add(string name) => Directory.CreateDirectory(At(name)).FullName;

    public string At(string name) => System.IO.Path.Join(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
