using Berth.Accounts;
using Berth.Auth.Audit;
using Berth.Auth.Oidc;
using Berth.Auth.Tokens;
using Berth.Endpoints;
using Berth.Storage;
using Berth.Stores;
using Microsoft.Extensions.Logging;

namespace Berth.Auth;

/// <summary>Makes of what an operator decided the one gate that every request passes, and the endpoints that go with it.</summary>
internal sealed class AuthSetup
{
    private AuthSetup(Gate gate, IReadOnlyList<Route> routes) => (Gate, Routes) = (gate, routes);

    /// <summary>What every request passes.</summary>
    public Gate Gate { get; }

    /// <summary>The endpoints beside those of the distribution-spec.</summary>
    public IReadOnlyList<Route> Routes { get; }

    /// <exception cref="ArgumentException">What is decided contradicts itself.</exception>
    public static AuthSetup Create(
        RegistryOptions registry, RegistryStorage storage, UploadStore uploads, TimeProvider time)
    {
        var options = registry.Auth;
        var basic = new Challenge(options.Realm, Service: null);
        var named = new FixedPolicy(RepositoryActions.None, RepositoryActions.All);
        return options.Mode switch
        {
            AuthMode.None => new(
                new(
                    authenticator: null, new FixedPolicy(RepositoryActions.All, RepositoryActions.All), basic, uploads, time),
                []),
            AuthMode.Htpasswd => new(
                new(Authenticate(registry, new OidcLogins(options, time), options.Sources, [], time), named, basic, uploads, time),
                []),
            AuthMode.Accounts => WithAccounts(registry, storage.Records, uploads, time),
            AuthMode.Token => new(CreateGateOfTokens(registry, named, uploads, time), []),
            _ => throw new ArgumentException($"no such mode: {options.Mode}", nameof(registry)),
        };
    }

    /// <summary>Makes what writes down who did what; <see langword="null"/> where nothing is, as anybody may do anything.</summary>
    public static AuditTrail? CreateAudit(
        RegistryOptions registry, IRecordStore records, TimeProvider time, ILogger logger) =>
        registry.Auth.Mode == AuthMode.None || registry.Auth.Audit.Days == 0
            ? null
            : new(new(records), registry.Auth.Audit, registry.ProxyNetworks, time, logger);

    private static Gate CreateGateOfTokens(
        RegistryOptions registry, FixedPolicy policy, UploadStore uploads, TimeProvider time)
    {
        var options = registry.Auth.ExternalTokens ?? throw new ArgumentException("a token server is needed", nameof(registry));
        return new(
            Authenticate(registry, oidc: null, [], [new ExternalTokens(options, time)], time), policy,
            new(options.Realm.OriginalString, options.Service), uploads, time);
    }

    private static AuthSetup WithAccounts(
        RegistryOptions registry, IRecordStore store, UploadStore uploads, TimeProvider time)
    {
        var options = registry.Auth;
        var records = new AccountRecords(store);
        var policy = new ProjectPolicy(records, time);
        var passwords = new PasswordVerification(options.Passwords, time);
        var tokens = CreateTokens(options, store, new AccountPrincipals(records, time), time);
        ICredentialSource[] sources =
        [
            new PersonalTokenSignIn(records, time), new RobotSignIn(records, time), new AccountSignIn(records, passwords),
            .. options.Sources,
        ];
        var authenticator = Authenticate(registry, new OidcLogins(options, time), sources, [tokens], time);
        var basic = new Challenge(options.Realm, Service: null);
        // Without a place to get tokens from, clients send names and passwords with each request.
        var challenge = options.PublicUrl is { } url
            ? new Challenge(new Uri(url, RouteTable.Token).AbsoluteUri, tokens.Service)
            : basic;
        var issue = new IssueToken(authenticator, policy, tokens, basic, time);
        return new(
            new(authenticator, policy, challenge, uploads, time, new(options.Accounts)),
            [
                new("token", ["GET", "POST"], RouteTable.Token, Access.None, issue.HandleAsync),
                .. ApiRouteTable.Create(options.Accounts, records, new(store, time), new(store), passwords, time),
            ]);
    }

    private static BerthTokens CreateTokens(
        AuthOptions options, IRecordStore store, AccountPrincipals principals, TimeProvider time)
    {
        ISigningKeys keys = options.Tokens.SigningKeys.Count > 0
            ? new ConfiguredKeys(options.Tokens.SigningKeys)
            : new StoredKeys(store, time);
        var service = options.Tokens.Service ?? options.PublicUrl?.Host ?? "berth";
        return new(service, options.Tokens.Lifetime, keys, principals, time);
    }

    /// <remarks>Tokens of identity providers come first: what has their form costs no checking of a password.</remarks>
    private static Authenticator Authenticate(
        RegistryOptions registry, OidcLogins? oidc, IEnumerable<ICredentialSource> sources, IEnumerable<ITokenVerifier> tokens,
        TimeProvider time) => new(
            [.. oidc?.Sources ?? [], .. sources], new TokenVerifiers([.. tokens, .. oidc?.Tokens ?? []]),
            new(registry.Auth.SignIn, time), registry.ProxyNetworks);
}
