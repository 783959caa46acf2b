using Berth.Hosting;

namespace Berth.Deployment.Tests.Yaml;

/// <summary>What a deployment's environment means to the server.</summary>
internal static class SettingsOfServer
{
    private static readonly BerthDefaults InContainer = new(StorageProviders.Find("filesystem"), "/var/lib/registry");

    /// <summary>Binds the variables; every one of them must be a setting.</summary>
    public static BerthOptions Bind(IReadOnlyDictionary<string, string> environment)
    {
        var settings = SettingSources.FromVariables(environment).ToList();
        Assert.Equal(environment.Count, settings.Count);
        Assert.All(settings, setting =>
            Assert.True(SettingNames.Contains(setting.Name), $"nobody reads {setting.Origin}"));
        return BerthOptions.Bind(new(settings), InContainer, "/");
    }
}
