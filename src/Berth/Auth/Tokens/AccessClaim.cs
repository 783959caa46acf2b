using System.Text.Json.Serialization;
using Berth.Content;

namespace Berth.Auth.Tokens;

/// <summary>An entry of a token's <c>access</c> claim, as Docker's token specification has it.</summary>
/// <param name="Type"><c>repository</c> or <c>registry</c>.</param>
/// <param name="Name">Which one.</param>
/// <param name="Actions">What may be done with it.</param>
internal sealed record AccessClaim(string? Type, string? Name, IReadOnlyList<string?>? Actions)
{
    /// <summary>Seeing which repositories there are.</summary>
    public static AccessClaim Catalog { get; } = new("registry", "catalog", ["*"]);

    /// <summary>Using the management API.</summary>
    public static AccessClaim Api { get; } = new("registry", "api", ["*"]);

    /// <summary>Whether this allows to use the management API.</summary>
    [JsonIgnore]
    public bool AllowsApi => Type == Api.Type && Name == Api.Name && Actions?.Contains("*") == true;

    /// <summary>Whether this allows to see which repositories there are.</summary>
    [JsonIgnore]
    public bool AllowsCatalog => Type == Catalog.Type && Name == Catalog.Name && Actions?.Contains("*") == true;

    public static AccessClaim To(RepositoryName repository, RepositoryActions actions) =>
        new("repository", repository.ToString(), [.. actions.Names()]);

    /// <summary>What some entries allow on repositories; what is unknown allows nothing.</summary>
    /// <param name="access">The entries.</param>
    /// <param name="within">What is allowed at most, whatever they say; <see langword="null"/> for everything.</param>
    public static IReadOnlyList<AccessLimit> Limits(
        IEnumerable<AccessClaim> access, IReadOnlyList<AccessLimit>? within) =>
    [
        .. from entry in access
           where entry.Type == "repository"
           // One name, not a pattern: a token names what it is for.
           let repository = RepositoryName.TryParse(entry.Name, out var name) ? name : (RepositoryName?)null
           where repository is not null
           let actions = ActionNames.Parse((entry.Actions ?? []).OfType<string>()) & AccessLimit.On(repository.Value, within)
           select new AccessLimit(RepositoryPattern.Of(repository.Value), actions),
    ];
}
