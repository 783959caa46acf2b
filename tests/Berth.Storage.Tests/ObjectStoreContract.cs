using System.Buffers;

namespace Berth.Storage.Tests;

/// <summary>
/// What <see cref="IObjectStore"/> promises, for every provider: derive, pass the store, and all facts run. Every test
/// has
/// a folder of its own, so a store may be shared and need not be empty.
/// </summary>
/// <param name="store">The store, or <see langword="null"/> when <paramref name="skip"/> says why there is
/// none.</param>
/// <param name="skip">Why the tests are skipped: an emulator is not installed.</param>
/// <param name="keepsAttempts">Whether the store keeps the parts of two attempts under one number, or only the last one's.</param>
/// <param name="listsUploads">Whether the store lists unfinished uploads, or discards them by itself.</param>
public abstract partial class ObjectStoreContract(
    IObjectStore? store, string? skip = null, bool keepsAttempts = true, bool listsUploads = true)
{
    private readonly string _folder = $"contract/{Guid.NewGuid():N}";

    /// <summary>The attempts of this test: never reused, so neither between tests.</summary>
    private readonly string _attempt = Guid.NewGuid().ToString("N")[..20];

    private static CancellationToken None => CancellationToken.None;

    protected IObjectStore Store
    {
        get
        {
            Skip.IfNot(skip is null, skip);
            return store ?? throw new InvalidOperationException("A fixture has a store, or a reason to skip.");
        }
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(600_000)]
    public async Task An_object_comes_back_as_it_was_put(int size)
    {
        var bytes = Data.Bytes(size);
        await Store.PutAsync(Key(), bytes, None);

        Assert.Equal(new ObjectInfo(size), await Store.StatAsync(Key(), None));
        Assert.Equal(bytes, await Store.ReadToEndAsync(Key()));
        Assert.Equal(bytes, (await Store.ReadWholeAsync(Key(), None))!.Value.ToArray());
    }

    [SkippableFact]
    public async Task Absence_is_null()
    {
        Assert.Null(await Store.StatAsync(Key(), None));
        Assert.Null(await Store.ReadWholeAsync(Key(), None));
        Assert.Null(await Store.OpenReadAsync(Key(), 0, null, None));
        Assert.Null(await Store.OpenReadAsync(Key(), 0, 0, None));
        Assert.Null(await Store.OpenReadAsync(Key(), 0, 10, None));
    }

    [SkippableFact]
    public async Task The_beginning_of_other_keys_is_absent()
    {
        await Store.PutAsync(Key("a/b/c"), Data.Bytes(1), None);

        Assert.Null(await Store.StatAsync(Key("a/b"), None));
        Assert.Null(await Store.ReadWholeAsync(Key("a"), None));
        Assert.Null(await Store.OpenReadAsync(Key("a/b"), 0, null, None));
        await Store.DeleteAsync(Key("a/b"), None);
        Assert.NotNull(await Store.StatAsync(Key("a/b/c"), None));
    }

    [SkippableTheory]
    [InlineData(0, null)]
    [InlineData(0, 0)]
    [InlineData(0, 1)]
    [InlineData(0, 1000)]
    [InlineData(0, 1001)]
    [InlineData(1, 998)]
    [InlineData(500, null)]
    [InlineData(500, 0)]
    [InlineData(999, 1)]
    [InlineData(999, 2000)]
    [InlineData(1000, null)]
    [InlineData(1000, 0)]
    [InlineData(1000, 5)]
    public async Task A_range_delivers_what_there_is_of_it(int offset, int? length)
    {
        var bytes = Data.Bytes(1000);
        await Store.PutAsync(Key(), bytes, None);

        var expected = bytes.AsSpan(offset, Math.Min(length ?? int.MaxValue, bytes.Length - offset)).ToArray();
        Assert.Equal(expected, await Store.ReadToEndAsync(Key(), offset, length));
    }

    [SkippableFact]
    public async Task A_range_of_an_empty_object_is_empty()
    {
        await Store.PutAsync(Key(), Array.Empty<byte>(), None);

        Assert.Empty(await Store.ReadToEndAsync(Key(), 0, 10));
        Assert.Empty(await Store.ReadToEndAsync(Key(), 0, 0));
    }

    [SkippableFact]
    public async Task A_put_replaces_what_is_there()
    {
        await Store.PutAsync(Key(), Data.Bytes(500), None);
        await Store.PutAsync(Key(), Data.Bytes(20), None);

        Assert.Equal(Data.Bytes(20), await Store.ReadToEndAsync(Key()));
    }

    [SkippableFact]
    public async Task A_put_may_lie_in_many_buffers()
    {
        var bytes = Data.Bytes(300_000);
        await Store.PutAsync(Key(), Buffers.Split(bytes, 1000), None);

        Data.AssertSame(bytes, await Store.ReadToEndAsync(Key()));
    }

    [SkippableFact]
    public async Task The_caller_may_reuse_its_buffer_after_a_put()
    {
        var bytes = Data.Bytes(100);
        await Store.PutAsync(Key(), bytes, None);
        Array.Clear(bytes);

        Assert.Equal(Data.Bytes(100), await Store.ReadToEndAsync(Key()));
    }

    [SkippableFact]
    public async Task A_deleted_object_is_gone_and_can_be_put_again()
    {
        await Store.DeleteAsync(Key(), None); // absent
        await Store.PutAsync(Key(), Data.Bytes(3, 1), None);
        await Store.DeleteAsync(Key(), None);
        await Store.DeleteAsync(Key(), None);

        Assert.Null(await Store.StatAsync(Key(), None));
        await Store.PutAsync(Key(), Data.Bytes(3, 2), None);
        Assert.Equal(Data.Bytes(3, 2), await Store.ReadToEndAsync(Key()));
    }

    [SkippableFact]
    public async Task A_cancelled_call_throws_and_does_nothing()
    {
        await Store.PutAsync(Key("there"), Data.Bytes(5), None);
        var cancelled = new CancellationToken(canceled: true);

        await RefusesAsync(() => Store.StatAsync(Key("there"), cancelled));
        await RefusesAsync(() => Store.OpenReadAsync(Key("there"), 0, null, cancelled));
        await RefusesAsync(() => Store.PutAsync(Key(), Data.Bytes(5), cancelled));
        await RefusesAsync(() => Store.BeginUploadAsync(Key(), cancelled));
        await RefusesAsync(() => Store.DeleteAsync(Key("there"), cancelled));
        await RefusesAsync(() => Store.ListAsync(_folder + "/", null, 10, cancelled));
        Assert.Null(await Store.StatAsync(Key(), None));
        Assert.NotNull(await Store.StatAsync(Key("there"), None));

        static Task RefusesAsync(Func<Task> call) => Assert.ThrowsAnyAsync<OperationCanceledException>(call);
    }

    [SkippableFact]
    public async Task A_read_cancelled_on_its_way_throws()
    {
        await Store.PutAsync(Key(), Data.Bytes(400_000), None);
        using var cancellation = new CancellationTokenSource();
        await using var stream = (await Store.OpenReadAsync(Key(), 0, null, None))!;
        await stream.ReadExactlyAsync(new byte[10], cancellation.Token);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await stream.ReadExactlyAsync(new byte[300_000], cancellation.Token));
    }

    [SkippableFact]
    public async Task A_signed_url_delivers_the_object_where_the_store_makes_one()
    {
        await Store.PutAsync(Key(), Data.Bytes(1000), None);
        var options = new ReadUriOptions(TimeSpan.FromMinutes(5), "application/octet-stream", "layer.bin");
        if (await Store.CreateReadUriAsync(Key(), options, None) is not { } uri)
        {
            return;
        }

        using var client = new HttpClient();
        using var response = await client.GetAsync(uri);
        Assert.Equal(Data.Bytes(1000), await response.Content.ReadAsByteArrayAsync());
        Assert.Equal("application/octet-stream", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("layer.bin", response.Content.Headers.ContentDisposition?.FileName?.Trim('"'));
    }

    private string Key(string name = "object") => $"{_folder}/{name}";

    private Task<string> PartAsync(
        string key, string upload, int number, long offset, byte[] bytes, string attempt = "") =>
        Store.UploadPartAsync(
            key, upload, new(number, offset, _attempt + attempt), new ReadOnlySequence<byte>(bytes), None);
}
