namespace Berth.Auth.Tokens;

/// <summary>Keys that an operator holds: the first signs, all verify.</summary>
internal sealed class ConfiguredKeys : ISigningKeys
{
    private const int Most = 2;

    private readonly SigningKey[] _keys;

    /// <exception cref="ArgumentException">A key is unusable, or there are too many.</exception>
    public ConfiguredKeys(IReadOnlyList<string> pems)
    {
        if (pems.Count is 0 or > Most)
        {
            throw new ArgumentException($"one or {Most} signing keys are needed, not {pems.Count}", nameof(pems));
        }
        _keys = [.. pems.Select(SigningKey.FromPem)];
        if (!_keys[0].Signs())
        {
            throw new ArgumentException("the first signing key is not private", nameof(pems));
        }
    }

    public ValueTask<SigningKey> CurrentAsync(CancellationToken cancellationToken) => ValueTask.FromResult(_keys[0]);

    public ValueTask<SigningKey?> FindAsync(string id, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Array.Find(_keys, key => key.Id == id));
}
