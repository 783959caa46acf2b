using System.Globalization;
using System.Text.Json;
using Berth.Deployment.Tests.Bicep;

namespace Berth.Deployment.Tests;

/// <summary>The templates as a whole, and what they make safe.</summary>
public sealed class TemplateTests(TemplateFixture template) : IClassFixture<TemplateFixture>
{
    [SkippableFact]
    public void Templates_fit_together() => Assert.Empty(BicepProblems.Find(template.Files));

    [SkippableFact]
    public void The_top_level_is_for_a_subscription_and_needs_no_parameter()
    {
        Assert.Equal("subscription", template.Main.Scope);
        Assert.DoesNotContain(template.Main.Parameters, parameter => parameter.IsRequired);
    }

    [SkippableFact]
    public void Every_parameter_of_the_top_level_has_limits_and_a_default_within_them() =>
        Assert.All(template.Main.Parameters.Where(parameter => parameter.Type is "string" or "int"), parameter =>
        {
            var limits = parameter.Decorators!;
            if (limits.TryGetValue("allowed", out var allowed))
            {
                Assert.Contains(parameter.Value.GetRawText(), allowed.EnumerateArray().Select(value => value.GetRawText()));
            }
            else if (parameter.Type == "int")
            {
                Assert.InRange(parameter.Value.GetInt32(), limits["minValue"].GetInt32(), limits["maxValue"].GetInt32());
            }
            else if (parameter.Name != "location") // Azure knows its regions.
            {
                var least = limits.TryGetValue("minLength", out var value) ? value.GetInt32() : 0;
                if (parameter.Value.ValueKind == JsonValueKind.String)
                    Assert.InRange(parameter.Value.GetString()!.Length, least, limits["maxLength"].GetInt32());
                Assert.InRange(least, 0, limits["maxLength"].GetInt32());
            }
        });

    [SkippableFact]
    public void Storage_account_names_fit_with_the_longest_suffix()
    {
        var suffix = Parameter("nameSuffix").Decorators!["maxLength"].GetInt32();
        foreach (var name in new[] { "dataStorageName", "hostStorageName" })
        {
            var parameter = Parameter(name);
            var text = Values.Source(parameter.Value)!.Trim('\'');
            var longest = text.Replace("${nameSuffix}", new('x', suffix), StringComparison.Ordinal);
            Assert.NotEqual(text, longest);
            Assert.Matches(@"\A[a-z0-9]{3,24}\z", longest);
        }
    }

    [SkippableFact]
    public void Resources_are_plain_and_of_released_versions()
    {
        Assert.All(template.Resources, pair =>
            Assert.True(DateOnly.TryParseExact(
                pair.Resource.Version, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _), pair.ToString()));
        Assert.All(template.Files.Values.SelectMany(file => file.Modules), module =>
            Assert.EndsWith(".bicep", module.Path, StringComparison.Ordinal));
        // Every resource of one type is asked for in one version.
        Assert.All(
            template.Resources.GroupBy(pair => pair.Resource.Type),
            type => Assert.Single(type.Select(pair => pair.Resource.Version).Distinct()));
    }

    [SkippableFact]
    public void Resources_that_can_be_tagged_are() =>
        Assert.All(
            template.Resources.Select(pair => pair.Resource).Where(resource => resource.At("location") is not null),
            resource => Assert.Contains("tags", Values.Source(resource.At("tags")!.Value)!, StringComparison.Ordinal));

    [SkippableFact]
    public void Storage_accounts_refuse_keys_strangers_and_old_TLS()
    {
        Assert.Equal(2, template.OfType("Microsoft.Storage/storageAccounts").Count());
        Assert.All(template.OfType("Microsoft.Storage/storageAccounts"), account =>
        {
            Assert.False(account.At("properties.allowSharedKeyAccess")!.Value.GetBoolean());
            Assert.False(account.At("properties.allowBlobPublicAccess")!.Value.GetBoolean());
            Assert.False(account.At("properties.allowCrossTenantReplication")!.Value.GetBoolean());
            Assert.False(account.At("properties.isLocalUserEnabled")!.Value.GetBoolean());
            Assert.True(account.At("properties.supportsHttpsTrafficOnly")!.Value.GetBoolean());
            Assert.Equal("TLS1_2", account.At("properties.minimumTlsVersion")!.Value.GetString());
        });
        Assert.All(
            template.OfType("Microsoft.Storage/storageAccounts/blobServices/containers"),
            container => Assert.Equal("None", container.At("properties.publicAccess")!.Value.GetString()));
        Assert.All(
            template.OfType("Microsoft.Storage/storageAccounts/blobServices")
                .Concat(template.OfType("Microsoft.Storage/storageAccounts/tableServices")),
            service => Assert.Equal(0, service.At("properties.cors.corsRules")!.Value.GetArrayLength()));
    }

    [SkippableFact]
    public void Deleted_layers_can_be_restored_for_some_days()
    {
        var service = Assert.Single(
            template.Files["infra/data-storage.bicep"].Resources,
            resource => resource.Type == "Microsoft.Storage/storageAccounts/blobServices");

        Assert.True(service.At("properties.deleteRetentionPolicy.enabled")!.Value.GetBoolean());
        Assert.Equal("softDeleteDays", Values.Source(service.At("properties.deleteRetentionPolicy.days")!.Value));
        Assert.True(service.At("properties.containerDeleteRetentionPolicy.enabled")!.Value.GetBoolean());
    }

    [SkippableFact]
    public void The_app_speaks_only_TLS_and_takes_no_passwords()
    {
        var app = Assert.Single(template.OfType("Microsoft.Web/sites"));
        Assert.True(app.At("properties.httpsOnly")!.Value.GetBoolean());
        Assert.Equal("1.2", app.At("properties.siteConfig.minTlsVersion")!.Value.GetString());
        Assert.Equal("1.2", app.At("properties.siteConfig.scmMinTlsVersion")!.Value.GetString());
        Assert.Equal("Disabled", app.At("properties.siteConfig.ftpsState")!.Value.GetString());

        var policies = template.OfType("Microsoft.Web/sites/basicPublishingCredentialsPolicies").ToList();
        Assert.Equal(["ftp", "scm"], policies.Select(policy => policy.At("name")!.Value.GetString()).Order());
        Assert.All(policies, policy => Assert.False(policy.At("properties.allow")!.Value.GetBoolean()));
    }

    [SkippableFact]
    public void Nobody_gets_in_without_an_account_and_a_password_is_not_shown()
    {
        Assert.Equal("accounts", Parameter("authMode").Value.GetString());
        Assert.Equal("", Parameter("administratorPassword").Value.GetString());
        Assert.Contains("secure", Parameter("administratorPassword").Decorators!.Keys);
        Assert.Contains("secure", Assert.Single(
            template.Files["infra/app.bicep"].Parameters, parameter => parameter.Name == "administratorPassword").Decorators!.Keys);
        Assert.DoesNotContain(
            template.Files.Values.SelectMany(file => file.Outputs),
            output => Values.Source(output.Value)?.Contains("administratorPassword", StringComparison.Ordinal) == true);
    }

    [SkippableFact]
    public void The_app_runs_dotnet_10_isolated_on_Flex_Consumption()
    {
        var plan = Assert.Single(template.OfType("Microsoft.Web/serverfarms"));
        Assert.Equal("FC1", plan.At("sku.name")!.Value.GetString());
        Assert.Equal("FlexConsumption", plan.At("sku.tier")!.Value.GetString());
        Assert.True(plan.At("properties.reserved")!.Value.GetBoolean());

        var app = Assert.Single(template.OfType("Microsoft.Web/sites"));
        Assert.Equal("functionapp,linux", app.At("kind")!.Value.GetString());
        Assert.Equal("UserAssigned", app.At("identity.type")!.Value.GetString());
        Assert.Equal("dotnet-isolated", app.At("properties.functionAppConfig.runtime.name")!.Value.GetString());
        Assert.Equal("10.0", app.At("properties.functionAppConfig.runtime.version")!.Value.GetString());
        Assert.Equal("blobContainer", app.At("properties.functionAppConfig.deployment.storage.type")!.Value.GetString());
        Assert.Equal(
            "UserAssignedIdentity",
            app.At("properties.functionAppConfig.deployment.storage.authentication.type")!.Value.GetString());
    }

    [SkippableFact]
    public void Telemetry_is_taken_from_identities_only()
    {
        var insights = Assert.Single(template.OfType("Microsoft.Insights/components"));
        Assert.True(insights.At("properties.DisableLocalAuth")!.Value.GetBoolean());
        Assert.Equal("workspace.id", Values.Source(insights.At("properties.WorkspaceResourceId")!.Value));
    }

    [SkippableFact]
    public void The_outputs_say_where_the_registry_is_and_how_to_log_in() =>
        Assert.Superset(
            new HashSet<string>
            {
                "AZURE_LOCATION", "AZURE_TENANT_ID", "AZURE_RESOURCE_GROUP", "AZURE_FUNCTION_APP_NAME",
                "REGISTRY_HOST", "REGISTRY_URL", "REGISTRY_LOGIN", "REGISTRY_PUSH", "REGISTRY_ACCESS",
            },
            template.Main.Outputs.Select(output => output.Name).ToHashSet());

    private BicepValue Parameter(string name) =>
        Assert.Single(template.Main.Parameters, parameter => parameter.Name == name);
}
