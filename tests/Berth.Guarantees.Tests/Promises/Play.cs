namespace Berth.Guarantees.Tests.Promises;

/// <summary>One run of a scenario: its clients, and the bytes it pushes.</summary>
internal sealed class Play : IDisposable
{
    private const int HoursOfGrace = 26;

    private readonly Random _random;

    /// <summary>Prepares a run.</summary>
    /// <param name="registry">The registry.</param>
    /// <param name="ledger">Where to note what is sent and answered.</param>
    /// <param name="retrying">What its clients do about failures.</param>
    /// <param name="partSize">The least size of a part in the registry's store, in bytes.</param>
    /// <param name="seed">Decides the bytes.</param>
    public Play(IRegistryUnderTest registry, Ledger ledger, Retrying retrying, int partSize, int seed)
    {
        _random = new(seed);
        Client = new(registry, ledger);
        Blobs = new(Client, retrying);
        Manifests = new(Client);
        PartSize = partSize;
        Image = new(this, "one");
        Other = new(this, "two");
    }

    /// <summary>How far the registry's clock was set forward by the last collection. Never back.</summary>
    public int Hours { get; set; }

    public RegistryClient Client { get; }

    public BlobPush Blobs { get; }

    public ManifestPush Manifests { get; }

    /// <summary>The least size of a part in the registry's store, in bytes.</summary>
    public int PartSize { get; }

    /// <summary>A small image.</summary>
    public TestImage Image { get; }

    /// <summary>Another one, which shares a layer with it.</summary>
    public TestImage Other { get; }

    /// <summary>Bytes that nothing else has.</summary>
    public byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>
    /// Lets more than a grace pass on the registry's clock, and collects garbage. Blobs that no manifest names may be gone then.
    /// </summary>
    public async Task CollectAsync(string repository, params byte[][] unused)
    {
        foreach (var digest in unused.Select(BlobPush.DigestOf))
            Client.Ledger.Note(known => known.Begin(new(FactKind.Blob, repository, digest), null));
        Hours += HoursOfGrace;
        // Each try an hour later: the lease of a collector that was killed is over then.
        var (answer, _) = await Client.SendAsync(() =>
            new(HttpMethod.Post, new Uri($"{RegistryHost.Collect}?hours={Hours++}", UriKind.Relative)));
        Client.Require(answer, "a collection", 200);
    }

    /// <summary>Holds the registry to all that is known now.</summary>
    public Task CheckAsync() => PromiseCheck.RunAsync(Client, Client.Ledger.Now);

    public void Dispose() => Client.Dispose();
}

/// <summary>A configuration, two layers and a manifest.</summary>
internal sealed class TestImage
{
    private readonly Play _play;

    public TestImage(Play play, string name)
    {
        _play = play;
        Config = System.Text.Encoding.UTF8.GetBytes(
            $$"""{"architecture":"amd64","os":"linux","name":"{{name}}","id":"{{Convert.ToHexStringLower(play.Bytes(8))}}"}""");
        Layers = [play.Bytes(3_000), play.Bytes(40_000)];
        Manifest = new(Config, Layers);
    }

    public byte[] Config { get; }

    public byte[][] Layers { get; }

    public TestManifest Manifest { get; }

    /// <summary>Pushes its blobs, as docker does: each with one PATCH.</summary>
    public async Task PushBlobsAsync(string repository)
    {
        foreach (var blob in Layers.Append(Config))
            await _play.Blobs.UploadAsync(repository, blob, blob.Length);
    }

    /// <summary>Pushes it whole.</summary>
    public async Task PushAsync(string repository, string tag)
    {
        await PushBlobsAsync(repository);
        await _play.Manifests.PutAsync(repository, Manifest, tag);
    }
}
