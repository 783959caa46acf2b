using Berth.Auth.Tokens;
using Berth.Storage;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Berth.Auth.Oidc;

/// <summary>The keys of one identity provider, as it publishes them.</summary>
/// <remarks>
/// They are fetched when they are first needed, when they are an hour old, and when a token names one that is not among them; but
/// never again within a quarter of a minute, whatever is sent and whether the provider answers or not. A provider that is down is
/// believed for a day by what it said last.
/// </remarks>
internal sealed class OidcIssuer
{
    private static readonly TimeSpan Fresh = TimeSpan.FromHours(1);
    private static readonly TimeSpan Usable = TimeSpan.FromDays(1);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);

    private readonly Lock _lock = new();
    private readonly string _issuer;
    private readonly string _discovery;
    private readonly IssuerDocuments _documents;
    private readonly TimeProvider _time;
    private volatile Keys? _keys;
    private volatile Exception? _failure;
    private DateTimeOffset _tried = DateTimeOffset.MinValue;
    private Task _fetch = Task.CompletedTask;

    /// <exception cref="ArgumentException">It is no issuer that may be asked.</exception>
    public OidcIssuer(string issuer, HttpClient http, TimeProvider time)
    {
        (_issuer, _documents, _time) = (issuer, new(http), time);
        _discovery = IssuerAddress.DiscoveryOf(issuer);
    }

    /// <summary>The key with an id; <see langword="null"/> where the provider has none.</summary>
    /// <exception cref="StorageException">The provider does not tell.</exception>
    public async Task<SecurityKey?> FindKeyAsync(string id, CancellationToken cancellationToken)
    {
        if (_keys is not { } known || known.Fetched + Fresh <= _time.GetUtcNow())
        {
            await RefreshAsync(cancellationToken);
        }
        if (_keys is { } usable && usable.Fetched + Usable > _time.GetUtcNow() && usable.ById.TryGetValue(id, out var key))
        {
            return key;
        }
        await RefreshAsync(cancellationToken);
        return _failure is { } failure
            ? throw new StorageException($"the identity provider {_issuer} does not answer", failure) { RetryAfter = Pause }
            : _keys!.ById.GetValueOrDefault(id);
    }

    /// <summary>Fetches the keys, with whoever else waits for them; or not, so soon after the last time.</summary>
    private Task RefreshAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_fetch.IsCompleted && _tried + Pause <= _time.GetUtcNow())
            {
                _tried = _time.GetUtcNow();
                _fetch = FetchAsync();
            }
            return _fetch.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Never throws, and ends when the client's time is up: whoever began it may be gone.</summary>
    private async Task FetchAsync()
    {
        await Task.Yield(); // not under the lock
        try
        {
            var published = await OpenIdConnectConfigurationRetriever.GetAsync(_discovery, _documents, CancellationToken.None);
            if (published.Issuer != _issuer)
            {
                throw new InvalidDataException($"{_discovery} is about {published.Issuer}");
            }
            var keys = (published.JsonWebKeySet?.Keys ?? throw new InvalidDataException($"{_discovery} names no keys"))
                .Where(key => key.KeyId is not null && key.Use != JsonWebKeyUseNames.Enc && TokenRules.IsUsable(key))
                .GroupBy(key => key.KeyId).ToDictionary(same => same.Key, SecurityKey (same) => same.First());
            _keys = new(keys, _time.GetUtcNow());
            _failure = null;
        }
        catch (Exception exception)
        {
            _failure = exception;
        }
    }

    private sealed record Keys(IReadOnlyDictionary<string, SecurityKey> ById, DateTimeOffset Fetched);
}
