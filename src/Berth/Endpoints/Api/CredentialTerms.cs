using Berth.Accounts;
using Berth.Auth;
using Berth.Content;
using Berth.Errors;

namespace Berth.Endpoints.Api;

/// <summary>What robots and personal tokens may be asked for.</summary>
internal static class CredentialTerms
{
    private const int MostEntries = 20;

    /// <summary>Checks what a robot is to be allowed: repositories of its project, no more.</summary>
    public static RegistryError? OfRobot(
        ProjectName project, NewRobot wanted, DateTimeOffset now, out IReadOnlyList<AccessEntry> access)
    {
        access = wanted.Role is { } role
            ? [new($"{project}/*", [.. role.Actions().Names()])]
            : wanted.Access ?? [];
        if (wanted.Role is null == wanted.Access is null || wanted.Role == Role.Owner)
        {
            return ApiError.Invalid("a robot has either access or a role: reader, writer or maintainer");
        }
        return Check(ref access, wanted.Expires, now)
            ?? (access.All(entry => IsOf(project, entry.Repositories))
                ? null
                : ApiError.Invalid($"a robot is for repositories of its project: {project}/*, or one by its name"));
    }

    /// <summary>Checks what a personal token is to be allowed: whatever it says, never more than its account is.</summary>
    public static RegistryError? OfToken(NewToken wanted, DateTimeOffset now, out IReadOnlyList<AccessEntry> access)
    {
        access = wanted.Access ?? [new("*", [.. RepositoryActions.All.Names()])];
        return wanted.Name.Length is 0 or > AccountName.MaximumLength || wanted.Name.Any(char.IsControl)
            ? ApiError.NameInvalid("token", wanted.Name, $"1 to {AccountName.MaximumLength} characters")
            : Check(ref access, wanted.Expires, now);
    }

    private static RegistryError? Check(ref IReadOnlyList<AccessEntry> access, DateTimeOffset? expires, DateTimeOffset now)
    {
        if (expires <= now)
        {
            return ApiError.Invalid("expires has to be in the future");
        }
        if (access.Count is 0 or > MostEntries || access.Contains(null!))
        {
            return ApiError.Invalid($"access has 1 to {MostEntries} entries");
        }
        foreach (var entry in access)
        {
            if (!RepositoryPattern.TryParse(entry.Repositories, out _))
            {
                return ApiError.Invalid($"repositories has to be {RepositoryPattern.Grammar}");
            }
            var actions = ActionNames.Parse(entry.Actions);
            if (actions == RepositoryActions.None || entry.Actions.Any(name => ActionNames.Parse([name]) == RepositoryActions.None))
            {
                return ApiError.Invalid("actions are pull, push and delete, or * for all");
            }
            if ((actions & (RepositoryActions.Push | RepositoryActions.Pull)) == RepositoryActions.Push)
            {
                return ApiError.Invalid("whoever pushes has to pull: clients ask what is there already");
            }
        }
        access = [.. access.Select(entry => entry with { Actions = [.. ActionNames.Parse(entry.Actions).Names()] })];
        return null;
    }

    private static bool IsOf(ProjectName project, string pattern) =>
        pattern != "*" && pattern.Split('/') is { Length: > 1 } parts
            ? parts[0] == project.ToString()
            : RepositoryName.TryParse(pattern, out var name) && ProjectName.Of(name) == project;
}
