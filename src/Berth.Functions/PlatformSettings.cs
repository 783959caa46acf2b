using Berth.Hosting;

namespace Berth.Functions;

/// <summary>
/// The storage account that every Functions app has: <c>AzureWebJobsStorage</c>, a connection string, or its identity form
/// <c>AzureWebJobsStorage__blobServiceUri</c>, <c>__tableServiceUri</c>, <c>__accountName</c> and <c>__clientId</c>.
/// </summary>
internal static class PlatformSettings
{
    private const string Account = "AzureWebJobsStorage";

    private static readonly string[] OwnAccount =
        [SettingNames.AzureConnectionString, SettingNames.AzureBlobServiceUri, SettingNames.AzureTableServiceUri];

    /// <summary>Whether some setting of Berth says itself which account to use.</summary>
    public static bool NameAnAccount(IEnumerable<Setting> settings) =>
        settings.Any(setting => OwnAccount.Contains(setting.Name, StringComparer.OrdinalIgnoreCase));

    /// <summary>The app's own account, said in settings of Berth.</summary>
    public static IEnumerable<Setting> From(IReadOnlyDictionary<string, string> environment)
    {
        var names = environment.Keys.Where(name => environment[name].Length > 0)
            .ToDictionary(name => name.Replace("__", ":", StringComparison.Ordinal), StringComparer.OrdinalIgnoreCase);
        if (names.TryGetValue(Account, out var connectionString))
            return [new(SettingNames.AzureConnectionString, [environment[connectionString]], connectionString)];
        return new[]
        {
            Find(SettingNames.AzureBlobServiceUri, "blobServiceUri")
                ?? Find(SettingNames.AzureBlobServiceUri, "accountName", account => $"https://{account}.blob.core.windows.net"),
            Find(SettingNames.AzureTableServiceUri, "tableServiceUri")
                ?? Find(SettingNames.AzureTableServiceUri, "accountName", account => $"https://{account}.table.core.windows.net"),
            Find(SettingNames.AzureClientId, "clientId"),
        }.OfType<Setting>();

        Setting? Find(string setting, string platform, Func<string, string>? change = null) =>
            names.TryGetValue($"{Account}:{platform}", out var name)
                ? new(setting, [change is null ? environment[name] : change(environment[name])], name)
                : null;
    }
}
