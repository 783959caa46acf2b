namespace Berth.Auth;

/// <summary>How a registry tells its callers apart.</summary>
public enum AuthMode
{
    /// <summary>Not at all: anybody may do anything.</summary>
    None,

    /// <summary>By a file of names and passwords: whoever is in it may do anything.</summary>
    Htpasswd,

    /// <summary>By accounts, which have roles in projects.</summary>
    Accounts,

    /// <summary>By the tokens of another server, which say what is allowed.</summary>
    Token,
}
