using Berth.Hosting;
using Berth.Storage.Azure;

namespace Berth.Tests.Server;

/// <summary>The parameters of the Docker registry's Azure driver, from file or environment to the options.</summary>
public sealed class DockerAzureTests
{
    private const string Key = "c2VjcmV0LWtleQ==";

    private static readonly (string, string)[] Account =
    [
        ("REGISTRY_STORAGE", "azure"),
        ("REGISTRY_STORAGE_AZURE_ACCOUNTNAME", "shop"),
        ("REGISTRY_STORAGE_AZURE_CONTAINER", "images"),
    ];

    [Fact]
    public void An_account_with_its_key_is_a_connection_string()
    {
        var options = Options(("REGISTRY_STORAGE_AZURE_ACCOUNTKEY", Key));

        Assert.Equal(
            $"DefaultEndpointsProtocol=https;AccountName=shop;AccountKey={Key};EndpointSuffix=core.windows.net",
            options.ConnectionString);
        Assert.Equal("images", options.Container);
    }

    [Fact]
    public void A_file_says_the_same()
    {
        using var folder = new ServerFolder();
        var configuration = folder.ReadYaml(
            $"storage: {{azure: {{accountname: shop, accountkey: {Key}, container: images, max_retries: 3, "
            + "retry_delay: 1s}}");

        Assert.Equal(
            Options(("REGISTRY_STORAGE_AZURE_ACCOUNTKEY", Key)),
            Assert.IsType<AzurePlace>(configuration.Options.Berth.Place).Options);
        Assert.Empty(configuration.Warnings);
    }

    [Fact]
    public void A_file_and_the_environment_complete_each_other()
    {
        using var folder = new ServerFolder();
        folder.Write("config.yml", "storage: {azure: {accountname: other, container: images}}");
        var configuration = folder.Read(
            ["config.yml"],
            ("REGISTRY_STORAGE_AZURE_ACCOUNTNAME", "shop"), ("REGISTRY_STORAGE_AZURE_ACCOUNTKEY", Key));

        Assert.Equal(
            Options(("REGISTRY_STORAGE_AZURE_ACCOUNTKEY", Key)),
            Assert.IsType<AzurePlace>(configuration.Options.Berth.Place).Options);
    }

    [Theory]
    [InlineData("REALM", "core.chinacloudapi.cn", "EndpointSuffix=core.chinacloudapi.cn")]
    [InlineData("SERVICEURL", "https://shop.blob.local",
        "BlobEndpoint=https://shop.blob.local;TableEndpoint=https://shop.table.local")]
    [InlineData("CREDENTIALS_TYPE", "shared_key", "EndpointSuffix=core.windows.net")]
    public void The_address_of_an_account_with_a_key_may_be_told(string name, string value, string expected) =>
        Assert.Equal(
            $"DefaultEndpointsProtocol=https;AccountName=shop;AccountKey={Key};{expected}",
            Options(("REGISTRY_STORAGE_AZURE_ACCOUNTKEY", Key), ("REGISTRY_STORAGE_AZURE_" + name, value))
                .ConnectionString);

    [Theory]
    [InlineData("default_credentials", null, null, "https://shop.blob.core.windows.net/", null)]
    [InlineData("default", "SERVICEURL", "https://shop.blob.local", "https://shop.blob.local/", null)]
    [InlineData(
        "default_credentials", "REALM", "core.chinacloudapi.cn", "https://shop.blob.core.chinacloudapi.cn/", null)]
    [InlineData("Default_Credentials", "CREDENTIALS_CLIENTID", "id", "https://shop.blob.core.windows.net/", "id")]
    public void An_identity_needs_only_the_accounts_name(
        string type, string? name, string? value, string blobs, string? client)
    {
        var options = Options(
            ("REGISTRY_STORAGE_AZURE_CREDENTIALS_TYPE", type), ("REGISTRY_STORAGE_AZURE_" + name, value ?? ""));

        Assert.Null(options.ConnectionString);
        Assert.Equal(blobs, options.BlobServiceUri?.ToString());
        Assert.Equal(blobs.Replace(".blob.", ".table.", StringComparison.Ordinal), options.TableServiceUri?.ToString());
        Assert.Equal(client, options.ClientId);
        Assert.Equal("images", options.Container);
    }

    [Fact]
    public void A_connection_string_is_taken_as_it_is()
    {
        const string account = "UseDevelopmentStorage=true";
        var place = new ServerFolderPlace(("REGISTRY_STORAGE_AZURE_CONNECTIONSTRING", account)).Place;
        Assert.Equal(account, Assert.IsType<AzurePlace>(place).Options.ConnectionString);
    }

    [Theory]
    [InlineData("CONTAINER", "", "REGISTRY_STORAGE_AZURE_ACCOUNTNAME: accountkey is missing beside it")]
    [InlineData("CREDENTIALS_TYPE", "shared_key", "REGISTRY_STORAGE_AZURE_ACCOUNTNAME: accountkey is missing")]
    [InlineData("CREDENTIALS_TYPE", "client_secret", "AZURE_CLIENT_SECRET")]
    [InlineData("CREDENTIALS_TYPE", "magic", "write shared_key or default_credentials")]
    [InlineData("ACCOUNTKEY", "not base64 at all",
        "REGISTRY_STORAGE_AZURE_ACCOUNTKEY (Berth:Storage:Azure:ConnectionString): ")]
    [InlineData("ACCOUNTKEY", "[a, b]", "REGISTRY_STORAGE_AZURE_ACCOUNTKEY: one value is expected")]
    public void What_cannot_be_kept_stops_the_start(string name, string value, string expected)
    {
        using var folder = new ServerFolder();
        var message = folder.Refusal(null, [.. Changed(("REGISTRY_STORAGE_AZURE_" + name, value))]);
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain("not base64", message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_that_does_not_tell_where_the_tables_are_is_refused()
    {
        using var folder = new ServerFolder();
        var message = folder.Refusal(null, [.. Changed(
            ("REGISTRY_STORAGE_AZURE_ACCOUNTKEY", Key),
            ("REGISTRY_STORAGE_AZURE_SERVICEURL", "http://127.0.0.1:10000/devstoreaccount1"))]);
        Assert.StartsWith("REGISTRY_STORAGE_AZURE_SERVICEURL: ", message, StringComparison.Ordinal);
        Assert.Contains(AzurePlace.ConnectionString, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ROOTDIRECTORY", "/", null)]
    [InlineData("ROOTDIRECTORY", "/images", "objects lie at the root of the container")]
    [InlineData("SKIPVERIFY", "false", null)]
    [InlineData("SKIPVERIFY", "true", "certificates are verified; SSL_CERT_FILE names a file of those to trust")]
    [InlineData("MAX_RETRIES", "3", null)]
    [InlineData("RETRY_DELAY", "3s", null)]
    public void What_is_not_kept_is_warned_about_where_it_matters(string name, string value, string? instead)
    {
        using var folder = new ServerFolder();
        var warnings = folder.Read(null, [.. Changed(
            ("REGISTRY_STORAGE_AZURE_ACCOUNTKEY", Key), ("REGISTRY_STORAGE_AZURE_" + name, value))]).Warnings;
        Assert.Equal(
            instead is null ? [] : [$"REGISTRY_STORAGE_AZURE_{name} is not used by Berth: {instead}"], warnings);
    }

    [Fact]
    public void The_key_is_never_told()
    {
        using var folder = new ServerFolder();
        var configuration = folder.Read(null, [.. Changed(("REGISTRY_STORAGE_AZURE_ACCOUNTKEY", Key))]);
        Assert.DoesNotContain(Key, configuration.Options.Berth.Place.ToString(), StringComparison.Ordinal);
    }

    private static AzureStorageOptions Options(params (string, string)[] environment) =>
        Assert.IsType<AzurePlace>(new ServerFolderPlace([.. Changed(environment)]).Place).Options;

    private static IEnumerable<(string, string)> Changed(params (string Name, string Value)[] environment) =>
        Account.Where(known => environment.All(entry => entry.Name != known.Item1)).Concat(environment)
            .Where(entry => entry.Item2.Length > 0);
}
