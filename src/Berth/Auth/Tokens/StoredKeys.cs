using System.Collections.Concurrent;
using System.Globalization;
using Berth.Storage;
using Berth.Stores;

namespace Berth.Auth.Tokens;

/// <summary>Keys kept in the record store: one for each 30 days, made by whichever instance needs it first.</summary>
/// <remarks>
/// <para>A key's id is the day on which its period begins. So all instances agree on the key that signs without asking each
/// other, a race to make it has one winner, and an id that somebody made up is refused without a call to the store: only those
/// of the periods are looked up whose tokens can be alive, which are this one and the one before.</para>
/// <para>A key never changes, so one that was read is not read again. An operator who has to withdraw one deletes its record
/// and restarts the instances.</para>
/// </remarks>
internal sealed class StoredKeys(IRecordStore records, TimeProvider time) : ISigningKeys
{
    /// <summary>How long a key signs, and how long a token may live at most: then it has ended with the period after its own.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromDays(30);

    /// <summary>How far the clocks of instances may differ.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    /// <summary><see langword="null"/>: there is no such key and never will be.</summary>
    private readonly ConcurrentDictionary<string, SigningKey?> _known = [];

    public ValueTask<SigningKey> CurrentAsync(CancellationToken cancellationToken) =>
        EnsureAsync(Id(time.GetUtcNow()), cancellationToken);

    public async ValueTask<SigningKey?> FindAsync(string id, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (id == Id(now))
        {
            return await EnsureAsync(id, cancellationToken);
        }
        if (id != Id(now + Skew) && id != Id(now - Period) && id != Id(now - Period - Skew))
        {
            return null;
        }
        if (_known.TryGetValue(id, out var known))
        {
            return known;
        }
        var key = await ReadAsync(id, cancellationToken);
        // While another instance's clock may still be in that period, it can make the key.
        if (key is not null || string.CompareOrdinal(id, Id(now - Skew)) < 0)
        {
            _known[id] = key;
        }
        return key;
    }

    private static string Id(DateTimeOffset moment)
    {
        var start = DateTimeOffset.UnixEpoch + (Period * ((moment - DateTimeOffset.UnixEpoch).Ticks / Period.Ticks));
        return start.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
    }

    private async ValueTask<SigningKey> EnsureAsync(string id, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(id, out var known) && known is not null)
        {
            return known;
        }
        if (await ReadAsync(id, cancellationToken) is not { } key)
        {
            var made = new SigningKeyRecord(SigningKey.Make(), time.GetUtcNow());
            var isOurs = await records.TryCreateAsync(
                RecordLayout.SigningKey(id), BerthJson.Write(made, BerthJson.Instance.SigningKeyRecord), cancellationToken);
            if (isOurs)
            {
                await DeleteOldAsync(cancellationToken);
            }
            key = await ReadAsync(id, cancellationToken)
                ?? throw new StorageException($"the signing key {id} was deleted while it was made");
        }
        _known[id] = key;
        return key;
    }

    private async Task<SigningKey?> ReadAsync(string id, CancellationToken cancellationToken)
    {
        if (await records.GetAsync(RecordLayout.SigningKey(id), cancellationToken) is not { } record)
        {
            return null;
        }
        var key = BerthJson.Read(record.Value.Span, BerthJson.Instance.SigningKeyRecord);
        return SigningKey.FromPrivate(id, key.PrivateKey);
    }

    /// <summary>Deletes the keys whose tokens have all ended: a secret that nothing needs.</summary>
    private async Task DeleteOldAsync(CancellationToken cancellationToken)
    {
        var oldest = Id(time.GetUtcNow() - Period - Skew);
        var page = await records.ListRowsAsync(RecordLayout.SigningKeys, after: null, limit: 100, cancellationToken);
        foreach (var row in page.Items.Where(row => string.CompareOrdinal(row, oldest) < 0))
        {
            await records.DeleteAsync(RecordLayout.SigningKey(row), version: null, cancellationToken);
        }
    }
}

/// <summary>A key of tokens as it is kept.</summary>
/// <param name="PrivateKey">The key in PKCS #8.</param>
/// <param name="Created">When it was made.</param>
internal sealed record SigningKeyRecord(byte[] PrivateKey, DateTimeOffset Created);
