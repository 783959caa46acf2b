using System.Globalization;
using System.Text.Json;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>local.settings.json beside the worker, as `func` reads it.</summary>
internal sealed record LocalSettings
{
    public const int DefaultPort = 7071;

    private static readonly JsonDocumentOptions Lenient =
        new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>Host.LocalHttpPort, where it is set.</summary>
    public int? Port { get; private init; }

    /// <summary>Reads the file, where there is one.</summary>
    /// <exception cref="InvalidOperationException">It is not what it should be.</exception>
    public static LocalSettings Read(string directory)
    {
        var path = Path.Combine(directory, "local.settings.json");
        if (!File.Exists(path))
            return new();
        try
        {
            using var file = JsonDocument.Parse(File.ReadAllBytes(path), Lenient);
            var settings = new LocalSettings
            {
                Port = file.RootElement.TryGetProperty("Host", out var host)
                    && host.TryGetProperty("LocalHttpPort", out var port) ? port.GetInt32() : null,
            };
            if (file.RootElement.TryGetProperty("Values", out var values))
            {
                foreach (var value in values.EnumerateObject())
                    settings._values[value.Name] = value.Value.ToString();
            }
            return settings;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new InvalidOperationException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>The port of `--port 7071` or `-p 7071`, as `func start` takes it.</summary>
    public static int? PortOf(string[] args)
    {
        var at = Array.FindIndex(args, argument => argument is "--port" or "-p");
        return at >= 0 && at + 1 < args.Length
            && ushort.TryParse(args[at + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? port
            : null;
    }

    /// <summary>Sets Values as variables of this process. What the environment has already is stronger.</summary>
    public void SetVariables()
    {
        foreach (var (name, value) in _values)
        {
            if (Environment.GetEnvironmentVariable(name) is null)
                Environment.SetEnvironmentVariable(name, value);
        }
    }
}
