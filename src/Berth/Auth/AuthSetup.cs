using Berth.Auth.Audit;
using Berth.Storage;
using Berth.Stores;
using Microsoft.Extensions.Logging;

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

    /// <summary>Makes what writes down who did what; <see langword="null"/> where nothing is, as anybody may do anything.</summary>
    public static AuditTrail? CreateAudit(
        RegistryOptions registry, IRecordStore records, TimeProvider time, ILogger logger) =>
        registry.Auth.Mode == AuthMode.None || registry.Auth.Audit.Days == 0
            ? null
            : new(new(records), registry.Auth.Audit, registry.ProxyNetworks, time, logger);
}
