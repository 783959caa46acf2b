namespace Berth.Auth;

/// <summary>How people come to have accounts and projects, as an operator decides it.</summary>
public sealed record AccountOptions
{
    /// <summary>Whether anybody may make an account for themselves. Default: false.</summary>
    public bool SelfRegistration { get; init; }

    /// <summary>Whether everybody with a login may make projects, or administrators only. Default: false.</summary>
    public bool EverybodyCreatesProjects { get; init; }

    /// <summary>
    /// The name of the first administrator, made when a registry starts that has none. Default: <see langword="null"/>, then a
    /// one-time code makes one.
    /// </summary>
    public string? Administrator { get; init; }

    /// <summary>Its password, 8 to 256 characters. Does nothing once there is an administrator.</summary>
    public string? AdministratorPassword { get; init; }
}
