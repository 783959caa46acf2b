using System.Text.Json.Serialization;
using Berth.Auth;

namespace Berth.Accounts;

/// <summary>What a member may do in a project: each what the one before it may, and more.</summary>
[JsonConverter(typeof(NameConverter<Role>))]
internal enum Role
{
    /// <summary>Pulls.</summary>
    Reader,

    /// <summary>Pushes.</summary>
    Writer,

    /// <summary>Deletes, and changes the project's settings and robots.</summary>
    Maintainer,

    /// <summary>Changes who is a member, and deletes the project.</summary>
    Owner,
}

/// <summary>What roles mean for repositories.</summary>
internal static class RoleActions
{
    /// <summary>What a role may do with the repositories of its project.</summary>
    public static RepositoryActions Actions(this Role role) => role switch
    {
        Role.Reader => RepositoryActions.Pull,
        Role.Writer => RepositoryActions.Pull | RepositoryActions.Push,
        _ => RepositoryActions.All,
    };
}
