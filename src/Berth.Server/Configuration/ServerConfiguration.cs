using Berth.Hosting;

namespace Berth.Server.Configuration;

/// <summary>The outcome of reading every source.</summary>
/// <param name="Options">What to do.</param>
/// <param name="Warnings">One line for each name that means nothing to Berth.</param>
internal sealed record ServerConfiguration(ServerOptions Options, IReadOnlyList<string> Warnings)
{
    /// <summary>Reads all sources, the weakest first, binds and validates.</summary>
    /// <exception cref="SettingsException">The host cannot start like this.</exception>
    public static ServerConfiguration Read(ServerInput input, CommandLine commandLine)
    {
        var isContainer = ServerDefaults.IsContainer(input);
        var configFile = commandLine.ConfigFile
            ?? (isContainer ? input.ContainerConfigFiles.FirstOrDefault(File.Exists) : null);
        var warnings = new List<string>();
        List<Setting> sources =
        [
            .. SettingSources.FromAppSettings(input.ProgramDirectory, input.WorkingDirectory),
            .. DockerNames.Translate(
                [
                    configFile is null
                        ? []
                        : DockerSources.FromConfigFile(Path.GetFullPath(configFile, input.WorkingDirectory)),
                    DockerSources.FromVariables(input.Environment),
                ],
                warnings),
            .. SettingSources.FromVariables(input.Environment),
            .. commandLine.Settings,
        ];
        warnings.AddRange(sources
            .Where(setting => !ServerSettingNames.Contains(setting.Name))
            .Select(setting => $"{setting.Origin} is not a setting of Berth"));
        var defaults = isContainer ? ServerDefaults.InContainer : ServerDefaults.Plain;
        var settings = new Settings(sources);
        DockerDrivers.RefuseForeign(settings);
        return new(ServerOptions.Bind(settings, defaults, input.WorkingDirectory), warnings);
    }
}
