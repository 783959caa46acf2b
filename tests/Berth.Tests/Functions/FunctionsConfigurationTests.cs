using Berth.Functions;
using Berth.Hosting;
using Microsoft.Extensions.Logging;

namespace Berth.Tests.Functions;

public sealed class FunctionsConfigurationTests : IDisposable
{
    private const string Account = "AccountName=a;AccountKey=QQ==";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("berth-functions-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("AzureWebJobsStorage")]
    [InlineData("Berth__Storage__Azure__ConnectionString")]
    public void Data_goes_to_the_app_s_storage_account_unless_told_otherwise(string name)
    {
        var options = Read((name, Account)).Options;

        Assert.Equal("azure", options.Provider.Name);
        Assert.Equal(Account, options.Azure.ConnectionString);
        Assert.Equal(("berth", "berth", true), (options.Azure.Container, options.Azure.Table, options.Azure.CreateMissing));
        Assert.Null(options.Azure.BlobServiceUri);
    }

    [Fact]
    public void The_app_s_account_may_be_reached_by_identity()
    {
        var options = Read(
            ("http_proxy", "p"), ("HTTP_PROXY", "p"), ("A__B", ""), ("A:B", ""),
            ("AzureWebJobsStorage__blobServiceUri", "https://b.example"), ("AZUREWEBJOBSSTORAGE__TABLESERVICEURI", "https://t.example"),
            ("AzureWebJobsStorage__clientId", "id"), ("AzureWebJobsStorage__credential", "managedidentity")).Options;

        Assert.Equal("https://b.example/", options.Azure.BlobServiceUri!.AbsoluteUri);
        Assert.Equal("https://t.example/", options.Azure.TableServiceUri!.AbsoluteUri);
        Assert.Equal("id", options.Azure.ClientId);

        options = Read(("AzureWebJobsStorage__accountName", "acc"), ("AzureWebJobsStorage__tableServiceUri", "https://t.example")).Options;

        Assert.Equal("https://acc.blob.core.windows.net/", options.Azure.BlobServiceUri!.AbsoluteUri);
        Assert.Equal("https://t.example/", options.Azure.TableServiceUri!.AbsoluteUri);
    }

    [Theory]
    [InlineData("AzureWebJobsStorage", Account)]
    [InlineData("AzureWebJobsStorage__accountName", "other")]
    public void The_app_s_account_is_left_alone_where_the_registry_has_its_own(string name, string value)
    {
        var azure = Read(
            (name, value), ("AzureWebJobsStorage__clientId", "host"),
            ("Berth__Storage__Azure__BlobServiceUri", "https://b.example"),
            ("Berth__Storage__Azure__TableServiceUri", "https://t.example"),
            ("Berth__Storage__Azure__Container", "c"), ("Berth__Storage__Azure__Table", "t"),
            ("Berth__Storage__Azure__CreateMissing", "false")).Options.Azure;

        Assert.Equal("https://b.example/", azure.BlobServiceUri!.AbsoluteUri);
        Assert.Equal((null, null), (azure.ConnectionString, azure.ClientId));
        Assert.Equal(("c", "t", false), (azure.Container, azure.Table, azure.CreateMissing));
    }

    [Fact]
    public void Another_provider_needs_no_account() =>
        Assert.Equal("memory", Read(("Berth__Storage__Provider", "memory")).Options.Provider.Name);

    [Theory]
    [InlineData(null, 104_857_600)]
    [InlineData("", 104_857_600)]
    [InlineData("many", 104_857_600)]
    [InlineData("1000", 1000)]
    public void The_host_s_limit_for_bodies_is_known(string? value, long bytes)
    {
        var limit = Read(
            ("AzureWebJobsStorage", Account), (value is null ? "OTHER" : "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT", value ?? ""))
            .Options.Registry.BodyLimit!;
        Assert.Equal(bytes, limit.Bytes);
        Assert.Contains("FUNCTIONS_REQUEST_BODY_SIZE_LIMIT", limit.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("OTHER", "", "Berth:Storage:Azure:ConnectionString: the azure provider needs it, or instead of it ")]
    [InlineData("AzureWebJobsStorage", "secret", "AzureWebJobsStorage (Berth:Storage:Azure:ConnectionString): this is no connection string")]
    [InlineData("AzureWebJobsStorage", "key=secret", "AzureWebJobsStorage (Berth:Storage:Azure:ConnectionString): this is no connection string")]
    [InlineData("AzureWebJobsStorage", "AccountName=a;AccountKey=secret?", "AzureWebJobsStorage (Berth:Storage:Azure:ConnectionString): this is no connection string")]
    [InlineData("AzureWebJobsStorage__blobServiceUri", "https://b.example", "Berth:Storage:Azure:TableServiceUri: the azure provider needs it too")]
    [InlineData("AzureWebJobsStorage__tableServiceUri", "https://t.example", "Berth:Storage:Azure:BlobServiceUri: the azure provider needs it too")]
    [InlineData("Berth__Storage__Azure__BlobServiceUri", "b", "Berth__Storage__Azure__BlobServiceUri: \"b\" is not accepted; write https://ACC")]
    [InlineData("Berth__Storage__Provider", "tape", "Berth__Storage__Provider: \"tape\" is not accepted; write filesystem, azure or memory")]
    public void Settings_that_make_no_sense_are_told_by_name_when_they_are_needed(string name, string value, string message)
    {
        var configuration = Read((name, value));

        Assert.Equal(LogLevel.Information, configuration.LogLevel);
        var problem = Assert.Throws<SettingsException>(() => configuration.Options).Message;
        Assert.StartsWith(message, problem, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_connection_string_beside_addresses_is_refused() =>
        Assert.Contains("contradict", Assert.Throws<SettingsException>(() => Read(
            ("Berth__Storage__Azure__ConnectionString", Account),
            ("Berth__Storage__Azure__BlobServiceUri", "https://b.example")).Options).Message, StringComparison.Ordinal);

    [Fact]
    public void Appsettings_beside_the_app_are_weaker_than_the_environment_and_unknown_names_are_told()
    {
        File.WriteAllText(
            Path.Combine(_folder.FullName, "appsettings.json"),
            """{ "Berth": { "DeleteEnabled": false, "Log": { "Level": "warn" }, "Http": { "Address": ":1" } } }""");

        var configuration = Read(("AzureWebJobsStorage", Account), ("Berth__Log__Level", "debug"), ("Berth__X", "1"));

        Assert.False(configuration.Options.Registry.DeleteEnabled);
        Assert.Equal(LogLevel.Debug, configuration.LogLevel);
        Assert.Equal(
            ["appsettings.json: Berth:Http:Address is not a setting of Berth", "Berth__X is not a setting of Berth"],
            configuration.Warnings);
    }

    private FunctionsConfiguration Read(params (string Name, string Value)[] environment) =>
        FunctionsConfiguration.Read(environment.ToDictionary(entry => entry.Name, entry => entry.Value), _folder.FullName);
}
