using System.Text.Json.Nodes;
using Berth.Guarantees.Tests.Model;
using Berth.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Abstractions;

namespace Berth.Guarantees.Tests.Races;

/// <summary>Two instances over one empty store, and what many clients do with them at the same time.</summary>
internal sealed class Race : IDisposable
{
    public const string Repository = "race/it";

    private readonly Func<RegistryStorage> _open;
    private readonly RegistryHandler[] _instances;

    private Race(Place place)
    {
        Place = place;
        _open = place.NewStore();
        _instances = [Start(), Start()];
    }

    /// <summary>The kinds of store, each with the rounds of a quick run: those that a network is before are slow.</summary>
    public static TheoryData<string, int> Places => new()
    {
        { "memory", 10 }, { "folder", 4 }, { "s3", 1 }, { "oss", 1 }, { "azure", 1 },
    };

    public Place Place { get; }

    /// <summary>Runs a race again and again, each time over an empty store. BERTH_RACE_ROUNDS multiplies the rounds.</summary>
    public static async Task RepeatAsync(string name, int rounds, ITestOutputHelper output, Func<Race, Task> run)
    {
        await using var place = await Place.OpenAsync(name);
        Skip.IfNot(place.Reason is null, place.Reason);
        var count = rounds * ModelTests.Setting("BERTH_RACE_ROUNDS", 1);
        for (var round = 0; round < count; round++)
        {
            using var race = new Race(place);
            await run(race);
        }
        output.WriteLine($"races {name}: {count} rounds");
    }

    /// <summary>Another instance's view of the store.</summary>
    public RegistryStorage Open() => _open();

    public void Dispose()
    {
        foreach (var instance in _instances)
            instance.Dispose();
    }

    /// <summary>Ends an instance, and begins another in its place.</summary>
    public void Restart(int instance)
    {
        _instances[instance].Dispose();
        _instances[instance] = Start();
    }

    /// <summary>Sends a request on a thread of its own.</summary>
    public Task<Answer> SendAsync(int instance, Request request) => Task.Run(async () =>
    {
        var answer = await Exchange.RunAsync(_instances[instance % 2], request);
        Assert.True(answer.Status < 500, $"{request} -> {answer}");
        return answer;
    });

    public Task<Answer> SendAsync(int instance, string method, string path) =>
        SendAsync(instance, new(method, $"/v2/{Repository}/{path}"));

    public Task<Answer> PushAsync(int instance, byte[] blob, string repository = Repository) => SendAsync(
        instance, new("POST", $"/v2/{repository}/blobs/uploads/?digest={Contents.Compute(blob, "sha256")}") { Body = blob });

    public Task<Answer> PutAsync(int instance, string reference, byte[] manifest) => SendAsync(
        instance, new("PUT", $"/v2/{Repository}/manifests/{reference}")
        {
            Body = manifest,
            Headers = [("Content-Type", Contents.OciManifest)],
        });

    /// <summary>Begins an upload.</summary>
    /// <returns>Its path.</returns>
    public async Task<string> BeginAsync(int instance)
    {
        var begun = await SendAsync(instance, "POST", "blobs/uploads/");
        Expect(202, begun);
        return begun.Header("Location")!;
    }

    public static void Expect(int status, Answer answer) =>
        Assert.True(answer.Status == status && !answer.IsBroken, $"{answer}, not {status}");

    public async Task ExpectBlobAsync(byte[] blob, string repository = Repository)
    {
        var answer = await SendAsync(1, new("GET", $"/v2/{repository}/blobs/{Contents.Compute(blob, "sha256")}"));
        Expect(200, answer);
        Assert.True(blob.AsSpan().SequenceEqual(answer.Body), "other bytes");
    }

    /// <summary>Every tag that is listed names a manifest that is there.</summary>
    public async Task ExpectTagsAsync()
    {
        var list = await SendAsync(0, "GET", "tags/list");
        Expect(200, list);
        foreach (var tag in JsonNode.Parse(list.Body)!["tags"]!.AsArray())
            Expect(200, await SendAsync(1, "GET", $"manifests/{(string)tag!}"));
    }

    public static byte[] Random(int length)
    {
        var bytes = new byte[length];
        System.Random.Shared.NextBytes(bytes);
        return bytes;
    }

    private RegistryHandler Start() => new(
        new() { RedirectEnabled = false }, _open(), TimeProvider.System, NullLogger<RegistryHandler>.Instance);
}
