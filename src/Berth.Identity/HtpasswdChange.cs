using System.Text;

namespace Berth.Identity;

/// <summary>Changes an htpasswd file: one line of it, the others stay as they are. Whoever reads it sees all of the change or nothing.</summary>
public static class HtpasswdChange
{
    /// <summary>Sets the hash of a user, in a new file too, which only its owner may read then.</summary>
    /// <returns>Whether the user was there before.</returns>
    /// <exception cref="IOException">The file cannot be read or written.</exception>
    public static bool Set(string path, string name, string hash)
    {
        var isFound = false;
        var entry = $"{AsBytes(name)}:{hash}";
        Rewrite(path, File.Exists(path) ? File.ReadAllBytes(path) : [], line =>
        {
            if (!IsOf(line, name))
            {
                return line;
            }
            // A second line of the user would make the file useless.
            var changed = isFound ? null : entry;
            isFound = true;
            return changed;
        }, () => isFound ? [] : [entry]);
        return isFound;
    }

    /// <summary>Deletes a user.</summary>
    /// <returns>Whether the user was there; if not, nothing is written.</returns>
    /// <exception cref="IOException">The file cannot be read or written.</exception>
    public static bool Delete(string path, string name)
    {
        var content = File.ReadAllBytes(path);
        if (!Lines(content).Any(line => IsOf(line, name)))
        {
            return false;
        }
        Rewrite(path, content, line => IsOf(line, name) ? null : line, () => []);
        return true;
    }

    /// <summary>What keeps the registry from using a file; <see langword="null"/> where nothing does.</summary>
    public static string? ProblemOf(string path)
    {
        try
        {
            HtpasswdEntries.Parse(File.ReadAllBytes(path));
            return null;
        }
        catch (HtpasswdException exception)
        {
            return exception.Message;
        }
    }

    private static void Rewrite(
        string path, byte[] content, Func<string, string?> change, Func<IEnumerable<string>> added)
    {
        var lines = Lines(content).Select(change).OfType<string>().ToList();
        lines.AddRange(added());
        // A link stays one: what it points to is replaced.
        var link = new FileInfo(path);
        var target = link.LinkTarget is null ? link.FullName : link.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
        var temporary = $"{target}.{Guid.NewGuid():N}";
        try
        {
            using (var file = new FileStream(temporary, NewFile(target)))
            {
                file.Write(Encoding.Latin1.GetBytes(string.Concat(lines.Select(line => line + "\n"))));
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static FileStreamOptions NewFile(string target)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = File.Exists(target)
                ? File.GetUnixFileMode(target) : UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        return options;
    }

    /// <summary>The lines with a character for each byte: what is no text in one of them stays what it is.</summary>
    private static string[] Lines(byte[] content)
    {
        var bytes = content.AsSpan();
        var text = Encoding.Latin1.GetString(bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[3..] : bytes).TrimEnd('\n');
        return text.Length == 0 ? [] : text.Split('\n');
    }

    private static bool IsOf(string line, string name) => line.StartsWith(AsBytes(name) + ":", StringComparison.Ordinal);

    private static string AsBytes(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));
}
