using System.Text.Json;
using Berth.Auth.Tokens;

namespace Berth.Auth.Oidc;

/// <summary>
/// Logs programs in without secrets: the password is a token that an identity provider made for this run. The name is anything.
/// </summary>
internal sealed class FederatedLogin : ICredentialSource
{
    /// <summary>Providers for all the world: a claim that a stranger's run can have as well tells nothing.</summary>
    private static readonly string[] Shared = ["https://token.actions.githubusercontent.com", "https://gitlab.com"];

    private static readonly string[] Identifying =
    [
        "sub", "repository", "repository_id", "repository_owner", "repository_owner_id", "job_workflow_ref",
        "project_path", "project_id", "namespace_path", "namespace_id",
    ];

    private readonly TimeProvider _time;
    private readonly ILookup<string, Rule> _rules;

    /// <exception cref="ArgumentException">A rule is unusable, or would let anybody in.</exception>
    public FederatedLogin(IReadOnlyList<FederationRule> rules, OidcIssuers issuers, TimeProvider time)
    {
        _time = time;
        foreach (var rule in rules)
        {
            Check(rule);
        }
        _rules = rules.ToLookup(rule => rule.Issuer, rule => new Rule(
            rule, issuers.Configured(rule.Issuer),
            new(rule.Issuer, rule.Audience, TokenRules.PublicKeyAlgorithms, time)));
    }

    /// <inheritdoc/>
    public async Task<SignIn?> SignInAsync(string name, string secret, CancellationToken cancellationToken)
    {
        if (!CompactJwt.TryParse(secret, out var token) || token.Claim("iss") is not { } issuer || !_rules.Contains(issuer))
        {
            return null;
        }
        var rules = _rules[issuer].ToList();
        if (token.KeyId is not { } id || await rules[0].Issuer.FindKeyAsync(id, cancellationToken) is not { } key)
        {
            return SignIn.Ended("token of an unknown key");
        }
        var forUs = new List<FederationRule>();
        foreach (var (rule, _, requirements) in rules)
        {
            if (await requirements.AreMetAsync(token, key))
            {
                forUs.Add(rule);
            }
        }
        if (forUs.Count == 0)
        {
            // Not necessarily wrong: people may come from the same provider.
            return null;
        }
        if (token.Expires is not { } expires || expires <= _time.GetUtcNow())
        {
            return SignIn.Ended("token expired");
        }
        var met = forUs.Where(rule => Meets(token, rule)).ToList();
        if (met.Count == 0 || token.Claim("sub") is not { Length: > 0 } subject)
        {
            return SignIn.Ended("no rule for the token's claims");
        }
        return SignIn.Accepted(new(new(PrincipalKind.Workload, issuer, subject))
        {
            Limits = [.. met.SelectMany(rule => rule.Repositories.Select(pattern => new AccessLimit(pattern, rule.Actions)))],
            Expires = expires,
        });
    }

    private static bool Meets(CompactJwt token, FederationRule rule) =>
        PullRequests.AreMeant(rule, token) && rule.Claims.All(claim =>
            token.Claims.TryGetProperty(claim.Key, out var value) && Holds(value, claim.Value));

    private static bool Holds(JsonElement value, string expected) => value.ValueKind switch
    {
        JsonValueKind.String => value.ValueEquals(expected),
        JsonValueKind.True or JsonValueKind.False or JsonValueKind.Number => value.GetRawText() == expected,
        JsonValueKind.Array => value.EnumerateArray().Any(one => one.ValueKind == JsonValueKind.String && one.ValueEquals(expected)),
        _ => false,
    };

    private static void Check(FederationRule rule)
    {
        if (rule.Claims.Count == 0 || rule.Repositories.Count == 0 || rule.Actions == RepositoryActions.None ||
            rule.Audience.Length == 0)
        {
            throw new ArgumentException(
                $"a rule for {rule.Issuer} needs an audience, claims, repositories and actions", nameof(rule));
        }
        if (Shared.Contains(rule.Issuer.TrimEnd('/')) && !rule.Claims.Keys.Any(Identifying.Contains))
        {
            throw new ArgumentException(
                $"a rule for {rule.Issuer} lets anybody in: it needs one of the claims {string.Join(", ", Identifying)}",
                nameof(rule));
        }
    }

    private sealed record Rule(FederationRule Written, OidcIssuer Issuer, TokenRules Requirements);
}
