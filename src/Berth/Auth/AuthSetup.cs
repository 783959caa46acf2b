using Berth.Auth.Tokens;
using Berth.Stores;

namespace Berth.Auth;

/// <summary>Makes of what an operator decided the one gate that every request passes.</summary>
internal static class AuthSetup
{
    public static Gate CreateGate(AuthOptions options, UploadStore uploads, TimeProvider time)
    {
        var challenge = new Challenge(options.Realm, Service: null);
        return options.Mode switch
        {
            AuthMode.None => new(
                authenticator: null, new FixedPolicy(RepositoryActions.All, RepositoryActions.All), challenge, uploads, time),
            AuthMode.Htpasswd => new(
                new(options.Sources, tokens: null), new FixedPolicy(RepositoryActions.None, RepositoryActions.All), challenge,
                uploads, time),
            AuthMode.Token => CreateGateOfTokens(options.ExternalTokens, uploads, time),
            _ => throw new ArgumentException($"no such mode: {options.Mode}", nameof(options)),
        };
    }

    private static Gate CreateGateOfTokens(ExternalTokenOptions? options, UploadStore uploads, TimeProvider time)
    {
        if (options is null)
        {
            throw new ArgumentException("a token server is needed", nameof(options));
        }
        return new(
            new([], new ExternalTokens(options, time)), new FixedPolicy(RepositoryActions.None, RepositoryActions.All),
            new(options.Realm.OriginalString, options.Service), uploads, time);
    }
}
