using System.Diagnostics.CodeAnalysis;
using Berth.Storage.Azure;

namespace Berth.Hosting;

/// <summary>The settings of the azure provider.</summary>
internal static class AzureSettings
{
    /// <summary>What may stand in a connection string: the SDKs refuse other names, also misspelt ones.</summary>
    private static readonly string[] Known =
    [
        "UseDevelopmentStorage", "DevelopmentStorageProxyUri", "DefaultEndpointsProtocol", "AccountName", "AccountKey",
        "SharedAccessSignature", "EndpointSuffix", "BlobEndpoint", "BlobSecondaryEndpoint", "TableEndpoint",
        "TableSecondaryEndpoint", "QueueEndpoint", "QueueSecondaryEndpoint", "FileEndpoint", "FileSecondaryEndpoint",
    ];

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
            BlobServiceUri = ReadUri(SettingNames.AzureBlobServiceUri, "blob"),
            TableServiceUri = ReadUri(SettingNames.AzureTableServiceUri, "table"),
            ClientId = settings.Text(SettingNames.AzureClientId),
            Container = settings.Read<string>(
                SettingNames.AzureContainer, defaults.Container, TryContainer,
                "3 to 63 lower-case letters and digits, with single hyphens between them"),
            Table = settings.Read<string>(
                SettingNames.AzureTable, defaults.Table, TryTable, "3 to 63 letters and digits, a letter first"),
            CreateMissing = settings.Read<bool>(
                SettingNames.AzureCreateMissing, defaults.CreateMissing, ValueFormats.TryBoolean, "true or false"),
        };
        if (isUsed)
            Validate(settings, options);
        return options;

        Uri? ReadUri(string name, string service)
        {
            if (settings.Text(name) is not { } text)
                return null;
            // Not with its text: it may be a connection string or hold a signature.
            return TryUri(text, service, out var uri)
                ? uri
                : throw settings.Refusal(name, $"this is not accepted; write https://ACCOUNT.{service}.core.windows.net");
        }
    }

    /// <summary>The account in words, without its key.</summary>
    public static string Place(this AzureStorageOptions options) =>
        $"container {options.Container} and table {options.Table} of "
        + (options.BlobServiceUri?.Host ?? "the account of its connection string");

    /// <summary>The setting that names the account.</summary>
    public static string Setting(this AzureStorageOptions options) =>
        options.ConnectionString is null ? SettingNames.AzureBlobServiceUri : SettingNames.AzureConnectionString;

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

    /// <summary>Whether the SDKs will take it, as far as can be seen without loading them, and there is something to sign with.</summary>
    private static bool IsConnectionString(string text)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var pair in text.Trim().TrimEnd(';').Split(';'))
        {
            var parts = pair.Split('=', 2, StringSplitOptions.TrimEntries);
            if (parts is not [var name, { Length: > 0 } value]
                || !Known.Contains(name, StringComparer.OrdinalIgnoreCase) || !values.TryAdd(name, value))
            {
                return false;
            }
        }

        if (Find("UseDevelopmentStorage") is { } development)
            return development.Equals("true", StringComparison.OrdinalIgnoreCase);
        if (Find("AccountKey") is { } key)
            return Find("AccountName") is not null && Convert.TryFromBase64String(key, new byte[key.Length], out _);
        return Find("SharedAccessSignature") is not null
            && (Find("AccountName") ?? (Find("TableEndpoint") is null ? null : Find("BlobEndpoint"))) is not null;

        string? Find(string name) => values.GetValueOrDefault(name);
    }

    /// <summary>
    /// The service's own address: tokens are sent over TLS only, and the account that URLs are signed for is read from the
    /// name. An address by number has the account as its path: an emulator.
    /// </summary>
    private static bool TryUri(string text, string service, [NotNullWhen(true)] out Uri? uri) =>
        Uri.TryCreate(text, UriKind.Absolute, out uri)
        && uri is { Scheme: "https", UserInfo: "", Query: "", Fragment: "" }
        && (uri.HostNameType == UriHostNameType.Dns
            ? uri.AbsolutePath == "/" && uri.Host.Contains($".{service}.", StringComparison.Ordinal)
            : uri.AbsolutePath.Trim('/') is { Length: > 0 } account && !account.Contains('/'));

    private static bool TryContainer(string text, [NotNullWhen(true)] out string? name)
    {
        name = text;
        return text.Length is >= 3 and <= 63 && text[0] != '-' && text[^1] != '-'
            && !text.Contains("--", StringComparison.Ordinal)
            && text.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-');
    }

    private static bool TryTable(string text, [NotNullWhen(true)] out string? name)
    {
        name = text;
        return text.Length is >= 3 and <= 63 && char.IsAsciiLetter(text[0]) && text.All(char.IsAsciiLetterOrDigit)
            && !text.Equals("tables", StringComparison.OrdinalIgnoreCase);
    }
}
