using System.Text.Json;
using System.Text.Json.Serialization;

namespace Berth.Cli.Management;

/// <summary>
/// The file with the logins: <c>berth/logins.json</c> below <c>XDG_CONFIG_HOME</c>, which is <c>~/.config</c> where it says
/// nothing else. Only its owner may read it, and it is whole or as before whenever the machine stops.
/// </summary>
internal sealed class LoginFile(string path)
{
    private static readonly JsonSerializerOptions Form = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        WriteIndented = true,
    };

    public string Path => path;

    /// <exception cref="CommandException">There is no home to keep it in.</exception>
    public static LoginFile Find(CliInput input)
    {
        var configuration = input.Variable("XDG_CONFIG_HOME");
        // The specification of XDG_CONFIG_HOME: a relative path is invalid and not to be used.
        if (configuration is null || !System.IO.Path.IsPathFullyQualified(configuration))
        {
            var home = input.Variable("HOME") ?? input.Variable("USERPROFILE")
                ?? throw new CommandException("there is no place to keep logins in: neither XDG_CONFIG_HOME nor HOME is set");
            configuration = System.IO.Path.Join(home, ".config");
        }
        return new(System.IO.Path.Join(configuration, "berth", "logins.json"));
    }

    /// <exception cref="CommandException">It is damaged.</exception>
    public KeptLogins Read()
    {
        try
        {
            return JsonSerializer.Deserialize<KeptLogins>(File.ReadAllBytes(path), Form) ?? KeptLogins.None;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return KeptLogins.None;
        }
        catch (JsonException e)
        {
            throw new CommandException($"{path} is damaged: mend it, or delete it and log in again", e);
        }
    }

    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void Write(KeptLogins logins)
    {
        var folder = System.IO.Path.GetDirectoryName(path)!;
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (OperatingSystem.IsWindows())
        {
            // Below the user's profile, which is nobody else's.
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        var next = System.IO.Path.Join(folder, $".logins.{Guid.NewGuid():n}");
        try
        {
            using (var file = new FileStream(next, options))
            {
                JsonSerializer.Serialize(file, logins, Form);
                file.Flush(flushToDisk: true);
            }
            File.Move(next, path, overwrite: true);
        }
        catch
        {
            File.Delete(next);
            throw;
        }
    }
}
