using Berth.Hosting;

namespace Berth.Server.Configuration;

/// <summary>What the command line asks for.</summary>
internal sealed record CommandLine
{
    private readonly List<Setting> _settings = [];

    /// <summary>Print the usage and end.</summary>
    public bool Help { get; private set; }

    /// <summary>Print the version and end.</summary>
    public bool Version { get; private set; }

    /// <summary>The config.yml named, where one is.</summary>
    public string? ConfigFile { get; private set; }

    /// <summary>The settings given.</summary>
    public IEnumerable<Setting> Settings => Setting.JoinLists(_settings);

    /// <summary>What <c>--help</c> prints.</summary>
    public static string Usage =>
        $"""
        Usage: Berth.Server [serve] [config.yml] [--Berth:Setting=value …]

          config.yml, --config PATH   a configuration file of the Docker registry
          --version                   print the version
          --help, -h                  print this

        Settings, with their defaults. On the command line --Berth:Http:Address=:5000, in the environment
        Berth__Http__Address=:5000, in appsettings.json nested objects; REGISTRY_HTTP_ADDR and the like also work.

        {string.Join('\n', ServerSettingNames.All.Concat(SettingNames.All).Select(known => $"  {known.Name,-40} {known.Meaning}"))}
        """;

    /// <summary>Reads the command line.</summary>
    /// <exception cref="SettingsException">It holds something that is neither an option nor a file.</exception>
    public static CommandLine Parse(IReadOnlyList<string> arguments)
    {
        var line = new CommandLine();
        var rest = new Queue<string>(arguments);
        if (rest.TryPeek(out var first) && first == "serve")
            rest.Dequeue();
        while (rest.TryDequeue(out var argument))
            line.Add(argument, rest);
        return line;
    }

    private void Add(string argument, Queue<string> rest)
    {
        var equals = argument.IndexOf('=', StringComparison.Ordinal);
        var option = equals < 0 ? argument : argument[..equals];
        if (argument is "--help" or "-h" or "-?")
            Help = true;
        else if (argument is "--version")
            Version = true;
        else if (option is "--config")
            SetConfigFile(Value());
        else if (option.StartsWith("--Berth:", StringComparison.OrdinalIgnoreCase))
            _settings.Add(new(option[2..], [Value()], option));
        else if (argument.StartsWith('-'))
            throw new SettingsException($"{option} is not an option of Berth; --help lists them");
        else
            SetConfigFile(argument);

        string Value() =>
            equals >= 0 ? argument[(equals + 1)..]
            : rest.TryPeek(out var next) && !next.StartsWith("--", StringComparison.Ordinal) ? rest.Dequeue()
            : throw new SettingsException($"{option} needs a value: {option}=…");
    }

    private void SetConfigFile(string path) =>
        ConfigFile = ConfigFile is null
            ? path
            : throw new SettingsException($"{path}: one configuration file is expected, and {ConfigFile} is it");
}
