using Berth.Auth;
using Berth.Functions;
using Berth.Hosting;
using Berth.Storage.Azure;
using Microsoft.Extensions.Logging;

namespace Berth.Tests.Functions;

public sealed class FunctionsConfigurationTests : IDisposable
{
    private const string Account = "AccountName=a;AccountKey=QQ==";
    private const string Unusable = "AzureWebJobsStorage (Berth:Storage:Azure:ConnectionString): this is no connection string";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("berth-functions-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("AzureWebJobsStorage")]
    [InlineData("Berth__Storage__Azure__ConnectionString")]
    public void Data_goes_to_the_app_s_storage_account_unless_told_otherwise(string name)
    {
        var options = Read((name, Account)).Options;

        Assert.Equal(Account, AzureOf(options).ConnectionString);
        Assert.Equal(("berth", "berth", true), (AzureOf(options).Container, AzureOf(options).Table, AzureOf(options).CreateMissing));
        Assert.Null(AzureOf(options).BlobServiceUri);
    }

    [Fact]
    public void The_app_s_account_may_be_reached_by_identity()
    {
        var options = Read(
            ("http_proxy", "p"), ("HTTP_PROXY", "p"), ("A__B", ""), ("A:B", ""),
            ("AzureWebJobsStorage__blobServiceUri", "https://b.blob.example"), ("AZUREWEBJOBSSTORAGE__TABLESERVICEURI", "https://t.table.example"),
            ("AzureWebJobsStorage__clientId", "id"), ("AzureWebJobsStorage__credential", "managedidentity")).Options;

        Assert.Equal("https://b.blob.example/", AzureOf(options).BlobServiceUri!.AbsoluteUri);
        Assert.Equal("https://t.table.example/", AzureOf(options).TableServiceUri!.AbsoluteUri);
        Assert.Equal("id", AzureOf(options).ClientId);

        options = Read(("AzureWebJobsStorage__accountName", "acc"), ("AzureWebJobsStorage__tableServiceUri", "https://t.table.example")).Options;

        Assert.Equal("https://acc.blob.core.windows.net/", AzureOf(options).BlobServiceUri!.AbsoluteUri);
        Assert.Equal("https://t.table.example/", AzureOf(options).TableServiceUri!.AbsoluteUri);
    }

    [Theory]
    [InlineData("AzureWebJobsStorage", Account)]
    [InlineData("AzureWebJobsStorage__accountName", "other")]
    public void The_app_s_account_is_left_alone_where_the_registry_has_its_own(string name, string value)
    {
        var azure = AzureOf(Read(
            (name, value), ("AzureWebJobsStorage__clientId", "host"),
            ("Berth__Storage__Azure__BlobServiceUri", "https://b.blob.example"),
            ("Berth__Storage__Azure__TableServiceUri", "https://t.table.example"),
            ("Berth__Storage__Azure__Container", "ccc"), ("Berth__Storage__Azure__Table", "ttt"),
            ("Berth__Storage__Azure__CreateMissing", "false")).Options);

        Assert.Equal("https://b.blob.example/", azure.BlobServiceUri!.AbsoluteUri);
        Assert.Equal((null, null), (azure.ConnectionString, azure.ClientId));
        Assert.Equal(("ccc", "ttt", false), (azure.Container, azure.Table, azure.CreateMissing));
    }

    [Theory]
    [InlineData("UseDevelopmentStorage=true")]
    [InlineData("DefaultEndpointsProtocol=https;AccountName=a;AccountKey=QQ==;EndpointSuffix=core.windows.net;")]
    [InlineData("AccountName=a;SharedAccessSignature=sv=1&sig=x%3D")]
    [InlineData("BlobEndpoint=https://b;TableEndpoint=https://t;SharedAccessSignature=sv=1&sig=x%3D")]
    public void Every_form_of_a_connection_string_is_taken(string text) =>
        Assert.Equal(text, AzureOf(Read(("AzureWebJobsStorage", text)).Options).ConnectionString);

    [Fact]
    public void An_emulator_with_identities_has_the_account_in_its_path() =>
        Assert.Equal("/devstoreaccount1", AzureOf(Read(
            ("Berth__Storage__Azure__BlobServiceUri", "https://127.0.0.1:10000/devstoreaccount1"),
            ("Berth__Storage__Azure__TableServiceUri", "https://127.0.0.1:10002/devstoreaccount1")).Options).BlobServiceUri!.AbsolutePath);

    [Fact]
    public void Another_provider_needs_no_account() =>
        Assert.Same(MemoryPlace.Instance, Read(("Berth__Storage__Provider", "memory")).Options.Place);

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
    [InlineData("AzureWebJobsStorage", "secret", Unusable)]
    [InlineData("AzureWebJobsStorage", "key=secret", Unusable)]
    [InlineData("AzureWebJobsStorage", "AccountName=a;AccountKey=secret?", Unusable)]
    [InlineData("AzureWebJobsStorage__blobServiceUri", "https://b.blob.example", "Berth:Storage:Azure:TableServiceUri: the azure provider needs it too")]
    [InlineData("AzureWebJobsStorage__tableServiceUri", "https://t.table.example", "Berth:Storage:Azure:BlobServiceUri: the azure provider needs it too")]
    [InlineData("AzureWebJobsStorage", "AccountName=a", Unusable)]
    [InlineData("AzureWebJobsStorage", "AccountName=a;AccountKey=", Unusable)]
    [InlineData("AzureWebJobsStorage", "AccountName=a;AccountKey=QQ==;AccountName=secret", Unusable)]
    [InlineData("AzureWebJobsStorage", "AccountName=a;AccountKey=QQ==;Endpoint=secret", Unusable)]
    [InlineData("AzureWebJobsStorage", "AccountName=a;;AccountKey=QQ==", Unusable)]
    [InlineData("AzureWebJobsStorage", "UseDevelopmentStorage=false", Unusable)]
    [InlineData("AzureWebJobsStorage", "BlobEndpoint=https://b;SharedAccessSignature=sig=secret", Unusable)]
    [InlineData("Berth__Storage__Azure__BlobServiceUri", "secret", "Berth__Storage__Azure__BlobServiceUri: this is not accepted; write https://ACC")]
    [InlineData("Berth__Storage__Azure__BlobServiceUri", "AccountName=a;AccountKey=secret", "Berth__Storage__Azure__BlobServiceUri: this is not accepted")]
    [InlineData("Berth__Storage__Azure__BlobServiceUri", "https://b.blob.example?sig=secret", "Berth__Storage__Azure__BlobServiceUri: this is not accepted")]
    [InlineData("Berth__Storage__Azure__BlobServiceUri", "http://b.blob.example", "Berth__Storage__Azure__BlobServiceUri: this is not accepted")]
    [InlineData("Berth__Storage__Azure__BlobServiceUri", "https://b.blob.example/container", "Berth__Storage__Azure__BlobServiceUri: this is not accepted")]
    [InlineData("Berth__Storage__Azure__BlobServiceUri", "https://blobs.example", "Berth__Storage__Azure__BlobServiceUri: this is not accepted")]
    [InlineData("AzureWebJobsStorage__tableServiceUri", "https://b.blob.example", "AzureWebJobsStorage__tableServiceUri (Berth:Storage:Azure:TableServiceUri): this is not accepted")]
    [InlineData("Berth__Storage__Azure__Container", "My_Cont", "Berth__Storage__Azure__Container: \"My_Cont\" is not accepted; write 3 to 63")]
    [InlineData("Berth__Storage__Azure__Container", "a--b", "Berth__Storage__Azure__Container: \"a--b\" is not accepted")]
    [InlineData("Berth__Storage__Azure__Table", "1-x", "Berth__Storage__Azure__Table: \"1-x\" is not accepted; write 3 to 63")]
    [InlineData("Berth__Storage__Azure__Table", "Tables", "Berth__Storage__Azure__Table: \"Tables\" is not accepted")]
    [InlineData("Berth__Storage__Provider", "tape", "Berth__Storage__Provider: \"tape\" is not accepted; write filesystem, azure, s3, oss or memory")]
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
            ("Berth__Storage__Azure__BlobServiceUri", "https://b.blob.example")).Options).Message, StringComparison.Ordinal);

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

    [Theory]
    [InlineData("berth-abc.azurewebsites.net")]
    [InlineData("localhost.example.com")]
    [InlineData("")]
    public void An_app_that_others_reach_has_logins_or_was_told_to_have_none(string hostName)
    {
        (string, string)[] app = [("AzureWebJobsStorage", Account), ("WEBSITE_HOSTNAME", hostName)];

        var problem = Assert.Throws<SettingsException>(() => Read(app).Options).Message;

        Assert.StartsWith("WEBSITE_HOSTNAME: at ", problem, StringComparison.Ordinal);
        Assert.Contains("Berth:Auth:Mode=htpasswd", problem, StringComparison.Ordinal);
        Assert.Contains("Berth:Auth:AllowAnonymous=true", problem, StringComparison.Ordinal);
        Assert.Equal(AuthMode.None, Read([.. app, ("Berth__Auth__AllowAnonymous", "true")]).Options.Auth.Options.Mode);
        Assert.Throws<SettingsException>(() => Read([.. app, ("Berth__Auth__AllowAnonymous", "false")]).Options);
    }

    [Theory]
    [InlineData("localhost:7071", "http://localhost:7071/")]
    [InlineData("127.0.0.1:80", "http://127.0.0.1:80/")]
    [InlineData("berth-abc.azurewebsites.net", "https://berth-abc.azurewebsites.net/")]
    public void The_address_of_the_app_is_the_host_name_of_the_platform(string hostName, string expected) =>
        Assert.Equal(new(expected), Read(
            ("AzureWebJobsStorage", Account), ("WEBSITE_HOSTNAME", hostName), ("Berth__Auth__AllowAnonymous", "true")).Address);

    private static AzureStorageOptions AzureOf(BerthOptions options) => Assert.IsType<AzurePlace>(options.Place).Options;

    /// <summary>Reads settings where `func` runs the app, unless a host name is among them.</summary>
    private FunctionsConfiguration Read(params (string Name, string Value)[] environment)
    {
        var variables = environment.ToDictionary(entry => entry.Name, entry => entry.Value);
        variables.TryAdd("WEBSITE_HOSTNAME", "localhost:7071");
        return FunctionsConfiguration.Read(variables, _folder.FullName);
    }
}
