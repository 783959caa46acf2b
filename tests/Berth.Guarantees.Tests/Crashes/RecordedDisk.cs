namespace Berth.Guarantees.Tests.Crashes;

/// <summary>
/// A folder as a disk may hold it: made again from the calls to the system that changed it, with what each fsync made durable.
/// POSIX promises no more: a file's bytes after an fsync of the file, its name after an fsync of its directory.
/// </summary>
internal sealed class RecordedDisk(string root)
{
    private readonly DiskDirectory _root = new();
    private readonly Dictionary<SystemCall, (DiskNode Node, int Changes)> _syncs = [];

    /// <summary>Whether a call is about the folder.</summary>
    public bool Concerns(SystemCall call) => call.Paths.Any(IsBelow)
        && (!call.Name.StartsWith("open", StringComparison.Ordinal) || call.Text.Contains("O_CREAT", StringComparison.Ordinal));

    /// <summary>Takes note of what an fsync finds when it begins: of that it makes durable what it makes durable.</summary>
    public void Begin(SystemCall call)
    {
        if (call.Name is "fsync" or "fdatasync" && Find(call.Paths[0]) is { } node)
            _syncs[call] = (node, node.Changes);
    }

    /// <summary>Carries a call out.</summary>
    public void End(SystemCall call)
    {
        switch (call.Name)
        {
            case "openat" or "open" or "creat":
                Open(call);
                break;
            case "pwrite64" or "pwritev":
                FileAt(call.Paths[0])?.Write(call.Number, call.Data);
                break;
            case "ftruncate":
                FileAt(call.Paths[0])?.SetLength(call.Number);
                break;
            case "mkdir" or "mkdirat":
                if (IsBelow(call.Paths[^1]) && call.Paths[^1] != root)
                    Parent(call.Paths[^1]).Put(NameOf(call.Paths[^1]), new DiskDirectory());
                break;
            case "unlink" or "unlinkat" or "rmdir":
                Parent(call.Paths[^1]).Remove(NameOf(call.Paths[^1]));
                break;
            case "rename" or "renameat" or "renameat2":
                Rename(call.Paths[^2], call.Paths[^1]);
                break;
            case "link" or "linkat":
                Parent(call.Paths[^1]).Put(NameOf(call.Paths[^1]), Find(call.Paths[^2])!);
                break;
            case "fsync" or "fdatasync":
                Sync(call);
                break;
            default:
                throw Unknown(call);
        }
    }

    /// <summary>Writes the folder as it is after a power cut.</summary>
    public void Restore(PowerCut cut, string folder) => Restore(_root, cut, folder);

    private static void Restore(DiskDirectory directory, PowerCut cut, string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var (name, node) in directory.After(cut))
        {
            var path = Path.Join(folder, name);
            if (node is DiskDirectory inner)
                Restore(inner, cut, path);
            else
                File.WriteAllBytes(path, ((DiskFile)node).After(cut));
        }
    }

    private void Open(SystemCall call)
    {
        var path = call.Paths[0];
        if (Find(path) is null)
            Parent(path).Put(NameOf(path), new DiskFile());
        if (call.Text.Contains("O_TRUNC", StringComparison.Ordinal))
            FileAt(path)?.SetLength(0);
    }

    private void Rename(string from, string to)
    {
        var node = Find(from)!;
        var (source, target) = (Parent(from), Parent(to));
        source.Remove(NameOf(from), target.Put(NameOf(to), node));
    }

    private void Sync(SystemCall call)
    {
        if (_syncs.Remove(call, out var sync))
            sync.Node.Durable = Math.Max(sync.Node.Durable, sync.Changes);
    }

    /// <summary>A file; <see langword="null"/> where it has lost its name, and what is written to it is lost too.</summary>
    private DiskFile? FileAt(string path) => Find(path) as DiskFile;

    private DiskDirectory Parent(string path) => (DiskDirectory)Find(Path.GetDirectoryName(path)!)!;

    private static string NameOf(string path) => Path.GetFileName(path);

    private DiskNode? Find(string path)
    {
        DiskNode? node = _root;
        if (path != root)
        {
            foreach (var name in path[(root.Length + 1)..].Split('/'))
                node = (node as DiskDirectory)?.Names.GetValueOrDefault(name);
        }

        return node;
    }

    private bool IsBelow(string path) => path == root || path.StartsWith(root + "/", StringComparison.Ordinal);

    private static InvalidOperationException Unknown(SystemCall call) => new($"{call.Name} is not understood: {call.Text}");
}
