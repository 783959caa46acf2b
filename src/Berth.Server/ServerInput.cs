using System.Collections;

namespace Berth.Server;

/// <summary>All that the host takes from the process it runs in.</summary>
internal sealed record ServerInput
{
    /// <summary>The command line.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The environment variables.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>What relative paths are relative to.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>Where the program lies, with its appsettings.json.</summary>
    public required string ProgramDirectory { get; init; }

    /// <summary>Where the Docker registry's images keep their config.yml. Looked at in a container only.</summary>
    public IReadOnlyList<string> ContainerConfigFiles { get; init; } =
        ["/etc/distribution/config.yml", "/etc/docker/registry/config.yml"];

    /// <summary>For the first line, the help and the version.</summary>
    public required TextWriter Output { get; init; }

    /// <summary>For the one line that says why the host did not start.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>The process itself.</summary>
    public static ServerInput OfThisProcess(IReadOnlyList<string> arguments) => new()
    {
        Arguments = arguments,
        Environment = System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "", StringComparer.Ordinal),
        WorkingDirectory = System.Environment.CurrentDirectory,
        ProgramDirectory = AppContext.BaseDirectory,
        Output = Console.Out,
        Error = Console.Error,
    };
}
