using Berth.Auth;
using Berth.Content;

namespace Berth.Accounts;

/// <summary>A person who may log in: all that a request needs to know of one, in one record.</summary>
internal sealed record AccountRecord
{
    /// <summary>The most personal tokens of one account.</summary>
    public const int MostTokens = 50;

    /// <summary>What tells this account from any later one of its name: other records name it beside the name.</summary>
    public required string Id { get; init; }

    /// <summary>The password's hash, with its cost.</summary>
    public required string PasswordHash { get; init; }

    /// <summary>
    /// The id of the password as a credential: another after each change of it, and after the account was disabled, so that
    /// tokens got with it before end.
    /// </summary>
    public required string CredentialId { get; init; }

    public required DateTimeOffset Created { get; init; }

    public bool IsAdministrator { get; init; }

    public bool IsDisabled { get; init; }

    /// <summary>The groups that it is in. The truth: what a group's record says of members is an index of this.</summary>
    public IReadOnlyList<GroupReference> Groups { get; init; } = [];

    /// <summary>Its personal tokens.</summary>
    public IReadOnlyList<PersonalToken> Tokens { get; init; } = [];

    /// <summary>An account that has nothing of any other.</summary>
    public static AccountRecord New(string passwordHash, DateTimeOffset now) => new()
    {
        Id = Secret.NewId(),
        PasswordHash = passwordHash,
        CredentialId = Secret.NewId(),
        Created = now,
    };

    /// <summary>The same account with another password.</summary>
    public AccountRecord WithPassword(string hash) => this with { PasswordHash = hash, CredentialId = Secret.NewId() };
}

/// <summary>A group, told from any later one of its name.</summary>
internal sealed record GroupReference(string Id, string Name);

/// <summary>A secret that stands for an account, within limits.</summary>
/// <param name="Id">Names it, in the secret too.</param>
/// <param name="Name">What its owner calls it.</param>
/// <param name="Hash">SHA-256 of the secret, in hexadecimal.</param>
/// <param name="Access">What it allows at most.</param>
/// <param name="AllowsApi">Whether it allows the management API.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Expires">When it ends; <see langword="null"/> for never.</param>
/// <param name="LastUsed">When it was used last, to the hour.</param>
internal sealed record PersonalToken(
    string Id, string Name, string Hash, IReadOnlyList<AccessEntry> Access, bool AllowsApi, DateTimeOffset Created,
    DateTimeOffset? Expires, DateTimeOffset? LastUsed);

/// <summary>What a credential allows at most, as records and answers write it.</summary>
/// <param name="Repositories">A pattern of repositories.</param>
/// <param name="Actions">The actions' names.</param>
internal sealed record AccessEntry(string Repositories, IReadOnlyList<string> Actions)
{
    /// <summary>The limits that entries mean; one that is malformed allows nothing.</summary>
    public static IReadOnlyList<AccessLimit> Limits(IEnumerable<AccessEntry> entries) =>
    [
        .. from entry in entries
           let pattern = RepositoryPattern.TryParse(entry.Repositories, out var parsed) ? parsed : (RepositoryPattern?)null
           where pattern is not null
           select new AccessLimit(pattern.Value, ActionNames.Parse(entry.Actions)),
    ];
}
