namespace Berth.Auth.Audit;

/// <summary>Who did what, or was kept from it. Holds no secret and nothing that could be used as one.</summary>
internal sealed record AuditRecord
{
    public required DateTimeOffset Time { get; init; }

    /// <summary>The id of the request, as the log has it.</summary>
    public required string RequestId { get; init; }

    /// <summary>One of <see cref="AuditActions"/>.</summary>
    public required string Action { get; init; }

    /// <summary>Whether it was allowed: <c>allowed</c> or <c>refused</c>.</summary>
    public required string Decision { get; init; }

    /// <summary>What decided: a role, a mode, a limit of the credential, or why a credential was refused.</summary>
    public required string Rule { get; init; }

    /// <summary>The status of the answer: what was allowed may fail all the same.</summary>
    public required int Status { get; init; }

    /// <summary>Who it was, as <see cref="Auth.Principal.Id"/>; <see langword="null"/> where that was not proved.</summary>
    public string? Principal { get; init; }

    /// <summary>The user name that was given, where nothing was proved and it looks like a name.</summary>
    public string? Name { get; init; }

    /// <summary>How it was proved: <c>none</c>, <c>password</c> or <c>token</c>.</summary>
    public required string Method { get; init; }

    /// <summary>The id of the credential, where it has one.</summary>
    public string? Credential { get; init; }

    /// <summary>Who vouches for the principal.</summary>
    public string? Issuer { get; init; }

    public string? Address { get; init; }

    /// <summary>What the client calls itself: at most 200 printable characters.</summary>
    public string? Agent { get; init; }

    public string? Project { get; init; }

    public string? Repository { get; init; }

    /// <summary>A tag or digest, or the path of a change below <c>/api/v1/</c>.</summary>
    public string? Reference { get; init; }

    /// <summary>The digest of the manifest that was pushed.</summary>
    public string? Digest { get; init; }
}

/// <summary>What is audited.</summary>
internal static class AuditActions
{
    public const string Login = "login";
    public const string Token = "token";
    public const string Pull = "pull";
    public const string Push = "push";
    public const string Delete = "delete";
    public const string Catalog = "catalog";

    /// <summary>Anything of the management API that changes something.</summary>
    public const string Change = "change";

    /// <summary>Reading by the management API.</summary>
    public const string Read = "read";

    public static IReadOnlyList<string> All { get; } = [Login, Token, Pull, Push, Delete, Catalog, Change, Read];
}

/// <summary>An answer of the audit's list, newest first.</summary>
/// <param name="Events">What happened.</param>
internal sealed record AuditPage(IReadOnlyList<AuditRecord> Events);
