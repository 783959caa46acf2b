namespace Berth.Auth;

/// <summary>What kind of caller a principal is.</summary>
public enum PrincipalKind
{
    /// <summary>Nobody in particular.</summary>
    Anonymous,

    /// <summary>A person, by an account, a line of an htpasswd file, a directory or an identity provider.</summary>
    User,

    /// <summary>A program with a credential of its own.</summary>
    Robot,

    /// <summary>A program that an identity provider vouches for, such as a job of a CI system.</summary>
    Workload,
}
