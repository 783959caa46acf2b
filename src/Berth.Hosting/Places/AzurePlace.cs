using System.Diagnostics.CodeAnalysis;
using Berth.Storage;
using Berth.Storage.Azure;
using Microsoft.Extensions.Logging;

namespace Berth.Hosting;

/// <summary>A container and a table of a storage account.</summary>
public sealed record AzurePlace : StoragePlace
{
    /// <summary>The account: a connection string. Secret.</summary>
    public const string ConnectionString = "Berth:Storage:Azure:ConnectionString";

    /// <summary>The blob service, reached as the identity of the host.</summary>
    public const string BlobServiceUri = "Berth:Storage:Azure:BlobServiceUri";

    /// <summary>The table service, reached as the identity of the host.</summary>
    public const string TableServiceUri = "Berth:Storage:Azure:TableServiceUri";

    /// <summary>The client id of a user-assigned identity.</summary>
    public const string ClientId = "Berth:Storage:Azure:ClientId";

    /// <summary>The container of the objects.</summary>
    public const string Container = "Berth:Storage:Azure:Container";

    /// <summary>Whether a missing container or table is created.</summary>
    public const string CreateMissing = "Berth:Storage:Azure:CreateMissing";

    private const string Table = "Berth:Storage:Azure:Table";

    /// <summary>What may stand in a connection string: the SDKs refuse other names, also misspelt ones.</summary>
    private static readonly string[] Known =
    [
        "UseDevelopmentStorage", "DevelopmentStorageProxyUri", "DefaultEndpointsProtocol", "AccountName", "AccountKey",
        "SharedAccessSignature", "EndpointSuffix", "BlobEndpoint", "BlobSecondaryEndpoint", "TableEndpoint",
        "TableSecondaryEndpoint", "QueueEndpoint", "QueueSecondaryEndpoint", "FileEndpoint", "FileSecondaryEndpoint",
    ];

    private AzurePlace(AzureStorageOptions options) => Options = options;

    /// <summary>Its settings, with what a help says of them.</summary>
    public static IReadOnlyList<(string Name, string Meaning)> Settings { get; } =
    [
        (ConnectionString, "the azure provider's storage account, or instead of it"),
        (BlobServiceUri, "https://ACCOUNT.blob.core.windows.net, reached by managed identity"),
        (TableServiceUri, "https://ACCOUNT.table.core.windows.net"),
        (ClientId, "the client id of a user-assigned identity"),
        (Container, "the container for blobs (berth)"),
        (Table, "the table for records (berth)"),
        (CreateMissing, "whether a missing container or table is created (true)"),
    ];

    /// <inheritdoc/>
    public override string Setting => Options.ConnectionString is null ? BlobServiceUri : ConnectionString;

    /// <summary>The account.</summary>
    public AzureStorageOptions Options { get; }

    /// <summary>Reads the settings.</summary>
    /// <exception cref="SettingsException">A value is malformed, or there is no account, or more than one.</exception>
    public static StoragePlace Bind(Settings settings, BerthDefaults defaults, string workingDirectory)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var usual = new AzureStorageOptions();
        var options = new AzureStorageOptions
        {
            ConnectionString = settings.Text(ConnectionString),
            BlobServiceUri = ReadUri(BlobServiceUri, "blob"),
            TableServiceUri = ReadUri(TableServiceUri, "table"),
            ClientId = settings.Text(ClientId),
            Container = settings.Read<string>(
                Container, usual.Container, TryContainer,
                "3 to 63 lower-case letters and digits, with single hyphens between them"),
            Table = settings.Read<string>(
                Table, usual.Table, TryTable, "3 to 63 letters and digits, a letter first"),
            CreateMissing = settings.Read<bool>(
                CreateMissing, usual.CreateMissing, ValueFormats.TryBoolean, "true or false"),
        };
        Validate(settings, options);
        return new AzurePlace(options);

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

    /// <inheritdoc/>
    public override string Text =>
        $"container {Options.Container} and table {Options.Table} of "
        + (Options.BlobServiceUri?.Host ?? "the account of its connection string");

    /// <inheritdoc/>
    public override RegistryStorage Open(ILogger logger) => AzureStorage.Open(Options, TimeProvider.System, logger);

    private static void Validate(Settings settings, AzureStorageOptions options)
    {
        if (options.ConnectionString is { } text)
        {
            if (!IsConnectionString(text))
            {
                // Not with its text: it may be a key.
                throw settings.Refusal(ConnectionString, "this is no connection string of a storage account");
            }

            if (options.BlobServiceUri is not null || options.TableServiceUri is not null)
            {
                throw settings.Refusal(
                    ConnectionString,
                    $"{BlobServiceUri} and {TableServiceUri} contradict it; keep one");
            }

            return;
        }

        if (options.BlobServiceUri is null && options.TableServiceUri is null)
        {
            throw new SettingsException(
                $"{ConnectionString}: the azure provider needs it, or instead of it "
                + $"{BlobServiceUri} and {TableServiceUri}");
        }

        if (options.BlobServiceUri is null)
            throw new SettingsException($"{BlobServiceUri}: the azure provider needs it too");
        if (options.TableServiceUri is null)
            throw new SettingsException($"{TableServiceUri}: the azure provider needs it too");
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
