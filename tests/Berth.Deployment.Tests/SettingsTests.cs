using System.Text.Json;
using System.Text.RegularExpressions;
using Berth.Content;
using Berth.Deployment.Tests.Bicep;
using Berth.Hosting;
using Berth.Storage.Azure;
using Berth.Stores;

namespace Berth.Deployment.Tests;

/// <summary>That the templates and the program mean the same settings, names and keys.</summary>
public sealed class SettingsTests(TemplateFixture template) : IClassFixture<TemplateFixture>
{
    /// <summary>What Azure itself reads.</summary>
    private static readonly string[] Platform =
    [
        "AzureWebJobsStorage__credential", "AzureWebJobsStorage__clientId", "AzureWebJobsStorage__blobServiceUri",
        "APPLICATIONINSIGHTS_CONNECTION_STRING", "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
        "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT", "AzureWebJobsDisableHomepage",
    ];

    /// <summary>What has no place on Flex Consumption, or is a secret.</summary>
    private static readonly string[] Forbidden =
    [
        "FUNCTIONS_WORKER_RUNTIME", "FUNCTIONS_EXTENSION_VERSION", "FUNCTIONS_WORKER_RUNTIME_VERSION",
        "WEBSITE_RUN_FROM_PACKAGE", "WEBSITE_CONTENTAZUREFILECONNECTIONSTRING", "WEBSITE_CONTENTSHARE",
        "WEBSITE_NODE_DEFAULT_VERSION", "SCM_DO_BUILD_DURING_DEPLOYMENT", "ENABLE_ORYX_BUILD", "AzureWebJobsStorage",
        "APPINSIGHTS_INSTRUMENTATIONKEY", "Berth__Storage__Azure__ConnectionString",
    ];

    /// <summary>Where the azure provider keeps its data.</summary>
    private static readonly string[] AzureStorage =
        [.. SettingNames.All.Select(setting => setting.Name.Replace(":", "__", StringComparison.Ordinal))
            .Where(name => name.StartsWith("Berth__Storage__Azure__", StringComparison.Ordinal)).Except(Forbidden)];

    [SkippableFact]
    public void Every_setting_is_one_that_somebody_reads()
    {
        var names = Settings().Keys.ToList();

        Assert.Superset(Platform.Concat(AzureStorage).ToHashSet(), names.ToHashSet());
        Assert.All(names.Except(Platform), name =>
            Assert.True(SettingNames.Contains(name.Replace("__", ":", StringComparison.Ordinal)), $"nobody reads {name}"));
        Assert.DoesNotContain(names, name => Forbidden.Contains(name, StringComparer.OrdinalIgnoreCase));
    }

    [SkippableFact]
    public void The_app_uses_its_identity_and_the_container_and_table_made_for_it()
    {
        var settings = Settings();

        Assert.True(StorageProviders.TryFind(settings["Berth__Storage__Provider"].GetString()!, out var provider));
        Assert.Equal("azure", provider.Name);
        Assert.Equal("false", settings["Berth__Storage__Azure__CreateMissing"].GetString());
        Assert.Equal("managedidentity", settings["AzureWebJobsStorage__credential"].GetString());
        foreach (var (name, parameter) in new[]
        {
            ("AzureWebJobsStorage__clientId", "identityClientId"),
            ("AzureWebJobsStorage__blobServiceUri", "hostBlobServiceUri"),
            ("Berth__Storage__Azure__ClientId", "identityClientId"),
            ("Berth__Storage__Azure__BlobServiceUri", "dataBlobServiceUri"),
            ("Berth__Storage__Azure__TableServiceUri", "dataTableServiceUri"),
            ("Berth__Storage__Azure__Container", "containerName"),
            ("Berth__Storage__Azure__Table", "tableName"),
            ("Berth__Auth__Mode", "authMode"),
            ("Berth__Auth__Accounts__Administrator", "administrator"),
            ("Berth__Auth__Accounts__AdministratorPassword", "administratorPassword"),
            ("Berth__PublicUrl", "publicUrl"),
        })
        {
            Assert.Equal(parameter, Values.Source(settings[name]));
        }
        Assert.Equal(
            "'ClientId=${identityClientId};Authorization=AAD'",
            Values.Source(settings["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"]));

        var options = new AzureStorageOptions();
        Assert.Equal(options.Container, Default("containerName"));
        Assert.Equal(options.Table, Default("tableName"));
        var data = template.Files["infra/data-storage.bicep"].Resources;
        Assert.Equal("containerName", NameOf("Microsoft.Storage/storageAccounts/blobServices/containers"));
        Assert.Equal("tableName", NameOf("Microsoft.Storage/storageAccounts/tableServices/tables"));

        string? Default(string name) =>
            template.Main.Parameters.Single(parameter => parameter.Name == name).Value.GetString();

        string? NameOf(string type) =>
            Values.Source(Assert.Single(data, resource => resource.Type == type).At("name")!.Value);
    }

    [SkippableFact]
    public void Limits_on_bodies_are_counted_in_bytes() =>
        Assert.Equal("string(maximumBodyGiB * 1073741824)", Values.Source(Settings()["FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"]));

    [SkippableFact]
    public void Upload_buffers_take_a_sixteenth_of_each_size_of_instance()
    {
        Assert.Equal("'${instanceMemoryMB / 16}MiB'", Values.Source(Settings()["Berth__UploadBufferSize"]));
        var memory = Assert.Single(template.Main.Parameters, parameter => parameter.Name == "instanceMemoryMB");
        Assert.All(memory.Decorators!["allowed"].EnumerateArray(), size =>
        {
            Assert.Equal(0, size.GetInt32() % 16);
            // Berth needs 24 MiB, and the platform the rest.
            Assert.InRange(size.GetInt32() / 16, 24, 256);
        });
    }

    [SkippableFact]
    public void Nothing_that_may_be_a_layer_is_ever_deleted_by_age()
    {
        var policy = Assert.Single(template.OfType("Microsoft.Storage/storageAccounts/managementPolicies"));
        var rule = Assert.Single(policy.At("properties.policy.rules")!.Value.EnumerateArray());
        var prefix = Values.Source(
            Assert.Single(Values.At(rule, "definition.filters.prefixMatch")!.Value.EnumerateArray()))!.Trim('\'');

        // A rule's prefix begins with the container.
        Assert.StartsWith("${containerName}/", prefix, StringComparison.Ordinal);
        var keys = prefix["${containerName}/".Length..];
        for (var i = 0; i < 1000; i++)
        {
            Assert.DoesNotMatch($@"\A{Regex.Escape(keys)}", RecordLayout.NewObject(UploadId.New()));
            Assert.StartsWith(keys, RecordLayout.NewTail(UploadId.New()), StringComparison.Ordinal);
        }
        Assert.NotEmpty(keys);
        Assert.EndsWith("/", keys, StringComparison.Ordinal);

        // Uncommitted blocks live for 7 days: what goes with them must not go before.
        Assert.Equal(
            "abandonedUploadDays",
            Values.Source(Values.At(rule, "definition.actions.baseBlob.delete.daysAfterModificationGreaterThan")!.Value));
        var days = Assert.Single(template.Main.Parameters, parameter => parameter.Name == "abandonedUploadDays");
        Assert.InRange(days.Decorators!["minValue"].GetInt32(), 7, int.MaxValue);
        // Deleting is all that it does, and only to what was written last that long ago.
        Assert.Equal(["baseBlob"], Names(Values.At(rule, "definition.actions")!.Value));
        Assert.Equal(["delete"], Names(Values.At(rule, "definition.actions.baseBlob")!.Value));

        static IEnumerable<string> Names(JsonElement value) => value.EnumerateObject().Select(property => property.Name);
    }

    private Dictionary<string, JsonElement> Settings()
    {
        var settings = Assert.Single(
            template.OfType("Microsoft.Web/sites/config"), resource => resource.At("name")!.Value.GetString() == "appsettings");
        return Values.Objects(settings.At("properties")!.Value)
            .SelectMany(some => some.EnumerateObject())
            .ToDictionary(setting => setting.Name, setting => setting.Value);
    }
}
