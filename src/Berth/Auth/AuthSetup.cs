using Berth.Auth.Tokens;
using Berth.Stores;

namespace Berth.Auth;

/// <summary>Makes of what an operator decided the one gate that every request passes.</summary>
internal static class AuthSetup
{
    public static Gate CreateGate(RegistryOptions registry, UploadStore uploads, TimeProvider time)
    {
        var options = registry.Auth;
        var challenge = new Challenge(options.Realm, Service: null);
        return options.Mode switch
        {
            AuthMode.None => new(
                authenticator: null, new FixedPolicy(RepositoryActions.All, RepositoryActions.All), challenge, uploads, time),
            AuthMode.Htpasswd => new(
                Authenticate(registry, options.Sources, tokens: null, time),
                new FixedPolicy(RepositoryActions.None, RepositoryActions.All), challenge, uploads, time),
            AuthMode.Token => CreateGateOfTokens(registry, uploads, time),
            _ => throw new ArgumentException($"no such mode: {options.Mode}", nameof(registry)),
        };
    }

    private static Gate CreateGateOfTokens(RegistryOptions registry, UploadStore uploads, TimeProvider time)
    {
        var options = registry.Auth.ExternalTokens ?? throw new ArgumentException("a token server is needed", nameof(registry));
        return new(
            Authenticate(registry, [], new ExternalTokens(options, time), time),
            new FixedPolicy(RepositoryActions.None, RepositoryActions.All),
            new(options.Realm.OriginalString, options.Service), uploads, time);
    }

    private static Authenticator Authenticate(
        RegistryOptions registry, IReadOnlyList<ICredentialSource> sources, ITokenVerifier? tokens, TimeProvider time) =>
        new(sources, tokens, new(registry.Auth.SignIn, time), registry.ProxyNetworks);
}
