using System.Text.Json;
using System.Text.RegularExpressions;
using Berth.Deployment.Tests.Bicep;
using Berth.TestTools;

namespace Berth.Deployment.Tests;

/// <summary>That the app's identity may do what it needs and nothing else.</summary>
public sealed partial class RightsTests(TemplateFixture template) : IClassFixture<TemplateFixture>
{
    /// <summary>Azure's built-in roles: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles.</summary>
    private static readonly Dictionary<string, string> Roles = new()
    {
        ["storageBlobDataOwner"] = "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
        ["storageBlobDataContributor"] = "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
        ["storageBlobDelegator"] = "db58b8e5-c6ad-4a2a-8342-4190687cbf4a",
        ["storageTableDataContributor"] = "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",
        ["monitoringMetricsPublisher"] = "3913510d-42f4-4e42-8a64-420c390055eb",
    };

    [Fact]
    public void Roles_are_the_ones_of_Azure()
    {
        using var file = JsonDocument.Parse(File.ReadAllText(Repository.PathOf("infra/roles.json")));

        Assert.Equal(
            Roles.OrderBy(role => role.Key),
            file.RootElement.EnumerateObject()
                .Select(role => KeyValuePair.Create(role.Name, role.Value.GetString()!)).OrderBy(role => role.Key));
    }

    [SkippableFact]
    public void The_app_has_these_rights_and_no_other()
    {
        var assignments = template.Files
            .SelectMany(file => file.Value.Resources
                .Where(resource => resource.Type == "Microsoft.Authorization/roleAssignments")
                .Select(assignment => (file.Key, RoleOf(assignment), ScopeOf(file.Value, assignment))))
            .Order();

        const string account = "Microsoft.Storage/storageAccounts";
        Assert.Equal(
            new[]
            {
                ("infra/host-storage.bicep", "storageBlobDataOwner", account),
                ("infra/data-storage.bicep", "storageBlobDataContributor", account + "/blobServices/containers"),
                ("infra/data-storage.bicep", "storageBlobDelegator", account),
                ("infra/data-storage.bicep", "storageTableDataContributor", account + "/tableServices/tables"),
                ("infra/monitoring.bicep", "monitoringMetricsPublisher", "Microsoft.Insights/components"),
            }.Order(),
            assignments);
    }

    [SkippableFact]
    public void An_assignment_is_named_after_what_it_assigns_so_that_it_can_be_repeated() =>
        Assert.All(template.OfType("Microsoft.Authorization/roleAssignments"), assignment =>
        {
            var scope = Values.Source(assignment.At("scope")!.Value);
            Assert.Equal(
                $"guid({scope}.id, principalId, roles.{RoleOf(assignment)})",
                Values.Source(assignment.At("name")!.Value));
            Assert.Equal("principalId", Values.Source(assignment.At("properties.principalId")!.Value));
            Assert.Equal("ServicePrincipal", assignment.At("properties.principalType")!.Value.GetString());
        });

    [SkippableFact]
    public void Every_identity_that_is_given_rights_is_the_apps()
    {
        var given = template.Main.Modules
            .SelectMany(module => module.Given.Where(parameter => parameter.Name == "principalId"))
            .Select(parameter => Values.Source(parameter.Value)).ToList();

        Assert.Equal(3, given.Count);
        Assert.All(given, value => Assert.Equal("identity.outputs.principalId", value));
    }

    private static string RoleOf(BicepResource assignment)
    {
        var definition = Values.Source(assignment.At("properties.roleDefinitionId")!.Value)!;
        var match = Definition().Match(definition);
        Assert.True(match.Success, definition);
        return match.Groups[1].Value;
    }

    private static string ScopeOf(BicepFile file, BicepResource assignment)
    {
        var scope = Values.Source(assignment.At("scope")!.Value);
        return Assert.Single(file.Resources, resource => resource.Name == scope).Type;
    }

    [GeneratedRegex(@"\AsubscriptionResourceId\('Microsoft\.Authorization/roleDefinitions', roles\.(\w+)\)\z")]
    private static partial Regex Definition();
}
