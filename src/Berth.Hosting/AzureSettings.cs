using Berth.Storage.Azure;

namespace Berth.Hosting;

/// <summary>The settings of the azure provider.</summary>
internal static class AzureSettings
{
    /// <summary>Binds and validates.</summary>
    /// <param name="settings">What the sources say.</param>
    /// <param name="isUsed">Whether the provider is chosen: only then must there be an account.</param>
    /// <exception cref="SettingsException">A value is malformed, or there is no account, or more than one.</exception>
    public static AzureStorageOptions Bind(Settings settings, bool isUsed)
    {
        var defaults = new AzureStorageOptions();
        var options = new AzureStorageOptions
        {
            ConnectionString = settings.Text(SettingNames.AzureConnectionString),
            BlobServiceUri = ReadUri(SettingNames.AzureBlobServiceUri, "https://ACCOUNT.blob.core.windows.net"),
            TableServiceUri = ReadUri(SettingNames.AzureTableServiceUri, "https://ACCOUNT.table.core.windows.net"),
            ClientId = settings.Text(SettingNames.AzureClientId),
            Container = settings.Text(SettingNames.AzureContainer) ?? defaults.Container,
            Table = settings.Text(SettingNames.AzureTable) ?? defaults.Table,
            CreateMissing = settings.Read<bool>(
                SettingNames.AzureCreateMissing, defaults.CreateMissing, ValueFormats.TryBoolean, "true or false"),
        };
        if (isUsed)
            Validate(settings, options);
        return options;

        Uri? ReadUri(string name, string example) => settings.Read<Uri?>(name, null, TryUri, example);
    }

    /// <summary>The account in words, without its key.</summary>
    public static string Place(this AzureStorageOptions options) =>
        $"container {options.Container} and table {options.Table} of "
        + (options.BlobServiceUri?.Host ?? "the account of its connection string");

    private static void Validate(Settings settings, AzureStorageOptions options)
    {
        if (options.ConnectionString is { } text)
        {
            if (!IsConnectionString(text))
            {
                // Not with its text: it may be a key.
                throw settings.Refusal(SettingNames.AzureConnectionString, "this is no connection string of a storage account");
            }

            if (options.BlobServiceUri is not null || options.TableServiceUri is not null)
            {
                throw settings.Refusal(
                    SettingNames.AzureConnectionString,
                    $"{SettingNames.AzureBlobServiceUri} and {SettingNames.AzureTableServiceUri} contradict it; keep one");
            }

            return;
        }

        if (options.BlobServiceUri is null && options.TableServiceUri is null)
        {
            throw new SettingsException(
                $"{SettingNames.AzureConnectionString}: the azure provider needs it, or instead of it "
                + $"{SettingNames.AzureBlobServiceUri} and {SettingNames.AzureTableServiceUri}");
        }

        if (options.BlobServiceUri is null)
            throw new SettingsException($"{SettingNames.AzureBlobServiceUri}: the azure provider needs it too");
        if (options.TableServiceUri is null)
            throw new SettingsException($"{SettingNames.AzureTableServiceUri}: the azure provider needs it too");
    }

    /// <summary>Whether the SDK will take it, as far as can be seen without loading the SDK.</summary>
    private static bool IsConnectionString(string text)
    {
        var pairs = text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return Array.TrueForAll(pairs, pair => pair.IndexOf('=', StringComparison.Ordinal) > 0)
            && (Find("UseDevelopmentStorage") ?? Find("AccountName") ?? Find("BlobEndpoint")) is not null
            && (Find("AccountKey") is not { } key || Convert.TryFromBase64String(key, new byte[key.Length], out _));

        string? Find(string name) => pairs
            .Where(pair => pair.StartsWith(name + "=", StringComparison.OrdinalIgnoreCase))
            .Select(pair => pair[(name.Length + 1)..])
            .FirstOrDefault();
    }

    private static bool TryUri(string text, out Uri? value) =>
        Uri.TryCreate(text, UriKind.Absolute, out value) && (value.Scheme is "https" or "http");
}
