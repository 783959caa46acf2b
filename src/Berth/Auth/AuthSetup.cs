using Berth.Stores;

namespace Berth.Auth;

/// <summary>Makes of what an operator decided the one gate that every request passes.</summary>
internal static class AuthSetup
{
    public static Gate CreateGate(RegistryOptions registry, UploadStore uploads, TimeProvider time)
    {
        var options = registry.Auth;
        var throttle = new SignInThrottle(options.SignIn, time);
        var challenge = new Challenge(options.Realm, Service: null);
        return options.Mode switch
        {
            AuthMode.None => new(
                authenticator: null, new FixedPolicy(RepositoryActions.All, RepositoryActions.All), challenge, uploads, time),
            AuthMode.Htpasswd => new(
                new(options.Sources, tokens: null, throttle, registry.ProxyNetworks),
                new FixedPolicy(RepositoryActions.None, RepositoryActions.All), challenge, uploads, time),
            _ => throw new ArgumentException($"no such mode: {options.Mode}", nameof(registry)),
        };
    }
}
