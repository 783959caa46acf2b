using Berth.Auth.Tokens;
using Berth.Storage;
using Berth.Stores;

namespace Berth.Tests.Auth.Tokens;

/// <summary>Keys of tokens in the record store: instances agree on them, and made-up ids cost nothing.</summary>
public sealed class StoredKeysTests
{
    private readonly RegistryStorage _storage = RegistryStorage.Over(new MemoryObjects(), new MemoryRecords());
    private readonly SetTime _time = new();

    [Fact]
    public async Task Instances_that_start_at_once_sign_with_one_key()
    {
        var instances = Enumerable.Range(0, 16).Select(_ => Instance()).ToList();

        var keys = await Task.WhenAll(instances.Select(async keys => await keys.CurrentAsync(default)));

        Assert.Single(keys.Select(Public).Distinct());
        Assert.Single(await RowsAsync());
    }

    [Fact]
    public async Task A_key_of_one_instance_verifies_at_another()
    {
        var key = await Instance().CurrentAsync(default);

        Assert.Equal(Public(key), Public((await Instance().FindAsync(key.Id, default))!));
    }

    [Fact]
    public async Task The_key_changes_after_a_month_and_verifies_for_one_more()
    {
        var (first, second) = (Instance(), Instance());
        var old = await first.CurrentAsync(default);

        _time.Now += StoredKeys.Period;
        var next = await first.CurrentAsync(default);

        Assert.NotEqual(old.Id, next.Id);
        Assert.NotEqual(Public(old), Public(next));
        Assert.Equal(Public(old), Public((await second.FindAsync(old.Id, default))!));
        Assert.Equal(Public(next), Public((await second.FindAsync(next.Id, default))!));
        Assert.Equal([old.Id, next.Id], await RowsAsync());

        _time.Now += StoredKeys.Period;
        Assert.Null(await first.FindAsync(old.Id, default));
        Assert.Null(await second.FindAsync(old.Id, default));
        var last = await second.CurrentAsync(default);
        Assert.Equal([next.Id, last.Id], await RowsAsync());
    }

    [Fact]
    public async Task A_key_verifies_as_long_as_any_token_of_its_last_moment_lives()
    {
        var keys = Instance();
        var key = await keys.CurrentAsync(default);
        while ((await keys.CurrentAsync(default)).Id == key.Id)
        {
            _time.Now += TimeSpan.FromHours(1);
        }
        _time.Now += StoredKeys.Period - TimeSpan.FromHours(1);

        Assert.NotNull(await Instance().FindAsync(key.Id, default));
    }

    [Fact]
    public async Task Ids_that_somebody_made_up_lead_to_no_call_to_the_store()
    {
        var keys = Instance();
        await keys.CurrentAsync(default);
        var before = _storage.Meter.Begin();

        foreach (var id in new[] { "", "20260101", "20991231", "../probe", new string('x', 10_000), "2026030\0", "２０２６０３０２" })
        {
            Assert.Null(await keys.FindAsync(id, default));
        }
        for (var i = 0; i < 100; i++)
        {
            Assert.Null(await keys.FindAsync($"key-{i}", default));
        }

        Assert.Equal(0, before.Calls);
    }

    [Fact]
    public async Task A_key_that_never_was_is_looked_up_once()
    {
        var keys = Instance();
        var previous = PreviousId();
        var use = _storage.Meter.Begin();

        for (var i = 0; i < 100; i++)
        {
            Assert.Null(await keys.FindAsync(previous, default));
        }

        Assert.Equal(1, use.Calls);
    }

    [Fact]
    public async Task A_key_is_read_once()
    {
        var key = await Instance().CurrentAsync(default);
        var keys = Instance();
        var use = _storage.Meter.Begin();

        for (var i = 0; i < 100; i++)
        {
            Assert.NotNull(await keys.FindAsync(key.Id, default));
            await keys.CurrentAsync(default);
        }

        Assert.Equal(1, use.Calls);
    }

    [Fact]
    public async Task A_token_of_an_instance_whose_clock_is_ahead_verifies()
    {
        var behind = Instance();
        var current = await behind.CurrentAsync(default);
        while ((await behind.CurrentAsync(default)).Id == current.Id)
        {
            _time.Now += TimeSpan.FromMinutes(1);
        }
        var ahead = new SetTime { Now = _time.Now };
        _time.Now -= TimeSpan.FromSeconds(50);
        // Somebody asks before the key is there: that must not hide it.
        var id = (await new StoredKeys(new MemoryRecords(), ahead).CurrentAsync(default)).Id;
        var late = Instance();
        Assert.Null(await late.FindAsync("nonsense", default));

        var key = await new StoredKeys(_storage.Records, ahead).CurrentAsync(default);

        Assert.Equal(id, key.Id);
        Assert.NotNull(await late.FindAsync(key.Id, default));
    }

    private StoredKeys Instance() => new(_storage.Records, _time);

    private async Task<IReadOnlyList<string>> RowsAsync() =>
        (await _storage.Records.ListRowsAsync(RecordLayout.SigningKeys, null, 100, default)).Items;

    /// <summary>The id of the period before this one.</summary>
    private string PreviousId()
    {
        var days = (_time.Now - DateTimeOffset.UnixEpoch).Days / 30 * 30;
        return (DateTimeOffset.UnixEpoch + TimeSpan.FromDays(days - 30)).ToString("yyyyMMdd", null);
    }

    private static string Public(SigningKey key) => Convert.ToHexString(key.Key.ECDsa.ExportSubjectPublicKeyInfo());
}
