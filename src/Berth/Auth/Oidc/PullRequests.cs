using Berth.Auth.Tokens;

namespace Berth.Auth.Oidc;

/// <summary>Runs of CI systems for changes that somebody proposes: whoever may propose one decides what such a run does.</summary>
internal static class PullRequests
{
    private static readonly (string Claim, Func<string, bool> Tells)[] Signs =
    [
        ("event_name", value => value.StartsWith("pull_request", StringComparison.Ordinal)), // GitHub
        ("sub", value => value.EndsWith(":pull_request", StringComparison.Ordinal)),
        ("pipeline_source", value => value is "merge_request_event" or "external_pull_request_event"), // GitLab
    ];

    /// <summary>Whether a token is of no such run, or a rule names a claim that tells of it.</summary>
    public static bool AreMeant(FederationRule rule, CompactJwt token)
    {
        var told = Signs.Where(sign => token.Claim(sign.Claim) is { } value && sign.Tells(value)).ToList();
        return told.Count == 0 || told.Exists(sign => rule.Claims.ContainsKey(sign.Claim));
    }
}
