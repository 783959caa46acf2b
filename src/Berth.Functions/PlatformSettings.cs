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
        [AzurePlace.ConnectionString, AzurePlace.BlobServiceUri, AzurePlace.TableServiceUri];

    /// <summary>Whether some setting of Berth says itself which account to use.</summary>
    public static bool NameAnAccount(IEnumerable<Setting> settings) =>
        settings.Any(setting => OwnAccount.Contains(setting.Name, StringComparer.OrdinalIgnoreCase));

    /// <summary>The app's own account, said in settings of Berth.</summary>
    public static IEnumerable<Setting> From(IReadOnlyDictionary<string, string> environment)
    {
        if (Find(AzurePlace.ConnectionString, Account) is { } connectionString)
            return [connectionString];
        return new[]
        {
            Find(AzurePlace.BlobServiceUri, $"{Account}:blobServiceUri") ?? FindHost(AzurePlace.BlobServiceUri, "blob"),
            Find(AzurePlace.TableServiceUri, $"{Account}:tableServiceUri") ?? FindHost(AzurePlace.TableServiceUri, "table"),
            Find(AzurePlace.ClientId, $"{Account}:clientId"),
        }.OfType<Setting>();

        Setting? Find(string setting, string name) =>
            environment
                .Where(entry => entry.Value.Length > 0 && name.Equals(
                    entry.Key.Replace("__", ":", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase))
                .Select(entry => new Setting(setting, [entry.Value], entry.Key))
                .FirstOrDefault();

        Setting? FindHost(string setting, string service) =>
            Find(setting, $"{Account}:accountName") is { } account
                ? account with { Values = [$"https://{account.Values[0]}.{service}.core.windows.net"] }
                : null;
    }
}
