using System.Collections;
using System.Globalization;
using Berth.Hosting;
using Microsoft.Extensions.Logging;

namespace Berth.Functions;

/// <summary>What the app's settings say. They are variables of the environment, on the platform and with `func`.</summary>
public sealed class FunctionsConfiguration
{
    /// <summary>The host's own limit for bodies, and what it is without that setting.</summary>
    private const string BodySizeLimit = "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT";
    private const long DefaultBodySizeLimit = 104_857_600;

    /// <summary>Where the platform puts the app's host name, and `func` localhost with its port.</summary>
    private const string HostName = "WEBSITE_HOSTNAME";

    private readonly BerthOptions? _options;
    private readonly SettingsException? _problem;

    private FunctionsConfiguration(IReadOnlyDictionary<string, string> environment, string directory)
    {
        try
        {
            List<Setting> settings =
                [.. SettingSources.FromAppSettings(directory), .. SettingSources.FromVariables(environment)];
            if (!PlatformSettings.NameAnAccount(settings))
                settings.InsertRange(0, PlatformSettings.From(environment));
            Warnings = [.. settings
                .Where(setting => !SettingNames.Contains(setting.Name))
                .Select(setting => $"{setting.Origin} is not a setting of Berth")];
            var defaults = new BerthDefaults(StorageProviders.Find(StorageProviders.Azure), "data");
            var options = BerthOptions.Bind(new(settings), defaults, directory);
            var hostName = environment.GetValueOrDefault(HostName);
            if (options.Auth.IsUnguarded && !IsThisMachine(hostName))
                throw new SettingsException($"{HostName}: at {hostName ?? "an address that is not told"} {AuthSettings.Unguarded}");
            Address = AddressOf(hostName);
            _options = options with { Registry = options.Registry with { BodyLimit = ReadBodyLimit(environment) } };
        }
        catch (SettingsException e)
        {
            _problem = e;
        }
    }

    /// <summary>What to do.</summary>
    /// <exception cref="SettingsException">The settings make no sense. The host runs all the same, to say so.</exception>
    public BerthOptions Options => _options ?? throw new SettingsException(_problem!.Message, _problem);

    /// <summary>Where the platform says that clients reach the app.</summary>
    public Uri? Address { get; }

    /// <summary>One line for each name that means nothing to Berth.</summary>
    public IReadOnlyList<string> Warnings { get; } = [];

    /// <summary>The least level that is logged.</summary>
    public LogLevel LogLevel => _options?.LogLevel ?? LogLevel.Information;

    /// <summary>Reads the settings of this process. Makes no call and opens nothing.</summary>
    public static FunctionsConfiguration OfThisProcess() => Read(
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "", StringComparer.Ordinal),
        AppContext.BaseDirectory);

    /// <summary>Reads settings.</summary>
    /// <param name="environment">The variables.</param>
    /// <param name="directory">Where the app lies, with its appsettings.json if it has one.</param>
    internal static FunctionsConfiguration Read(IReadOnlyDictionary<string, string> environment, string directory) =>
        new(environment, directory);

    private static bool IsThisMachine(string? hostName) => AddressOf(hostName) is { IsLoopback: true };

    /// <summary>The platform speaks HTTPS, and `func` does not.</summary>
    private static Uri? AddressOf(string? hostName) =>
        !Uri.TryCreate($"https://{hostName}", UriKind.Absolute, out var address) ? null
        : address.IsLoopback ? new($"http://{hostName}")
        : address;

    /// <summary>The host ignores what is no number, and so does this.</summary>
    private static BodyLimit ReadBodyLimit(IReadOnlyDictionary<string, string> environment)
    {
        var isSet = long.TryParse(
            environment.GetValueOrDefault(BodySizeLimit), NumberStyles.Integer, CultureInfo.InvariantCulture, out var bytes);
        return new(
            isSet ? bytes : DefaultBodySizeLimit,
            $"the registry's operator can raise the app setting {BodySizeLimit}, or the layer can be made smaller");
    }
}
