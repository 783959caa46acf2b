using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Berth.Guarantees.Tests.Model;
using Berth.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Berth.Guarantees.Tests.Races;

/// <summary>Two instances over one store in memory, whose storage calls take turns, and what must hold in the end.</summary>
internal sealed class SteppedRegistry : IDisposable
{
    private readonly MemoryObjects _objects = new(minimumPartSize: 8192);
    private readonly MemoryRecords _records = new();
    private readonly ConcurrentDictionary<RecordKey, bool> _keys = new();
    private readonly RegistryHandler[] _instances;
    private readonly List<string> _answers = [];

    public SteppedRegistry() => _instances = [Start(), Start()];

    public SetTime Time { get; } = new();

    public Steps Steps { get; } = new();

    /// <summary>What was asked and answered, for messages.</summary>
    public IReadOnlyList<string> Answers => _answers;

    /// <summary>The store as an instance sees it.</summary>
    public RegistryStorage Open() =>
        RegistryStorage.Over(SteppedStore.Over<IObjectStore>(_objects), SteppedStore.Over<IRecordStore>(_records, _keys));

    public void Dispose()
    {
        foreach (var instance in _instances)
            instance.Dispose();
    }

    /// <summary>Sends a request.</summary>
    /// <param name="instance">To which.</param>
    /// <param name="request">The request.</param>
    /// <param name="mayBeBusy">Whether so much time may pass within it that it is refused: 503.</param>
    public async Task<Answer> SendAsync(int instance, Request request, bool mayBeBusy = false)
    {
        var answer = await Exchange.RunAsync(_instances[instance], request);
        lock (_answers)
            _answers.Add($"[{instance}] {request} -> {answer}");
        Assert.True(answer.Status < 500 || (mayBeBusy && answer.Status == 503), Explain($"{request} -> {answer}"));
        return answer;
    }

    /// <summary>Begins an upload and sends its bytes.</summary>
    /// <returns>Its path.</returns>
    public async Task<string> BeginUploadAsync(string repository, byte[] content)
    {
        var begun = await SendAsync(0, new("POST", $"/v2/{repository}/blobs/uploads/"));
        var path = begun.Header("Location")!;
        foreach (var chunk in content.Chunk(Math.Max(1, content.Length / 2 + 1)))
            Assert.Equal(202, (await SendAsync(0, new("PATCH", path) { Body = chunk })).Status);
        return path;
    }

    public async Task<Answer> PushBlobAsync(int instance, string repository, byte[] content) => await SendAsync(
        instance, new("POST", $"/v2/{repository}/blobs/uploads/?digest={Contents.Digest(content)}") { Body = content });

    public Task<Answer> PutManifestAsync(
        int instance, string repository, string reference, byte[] manifest, bool mayBeBusy = false) => SendAsync(
        instance,
        new("PUT", $"/v2/{repository}/manifests/{reference}")
        {
            Body = manifest,
            Headers = [("Content-Type", Contents.OciManifest)],
        },
        mayBeBusy);

    /// <summary>An image of one blob.</summary>
    public static byte[] Image(byte[] config, string? subject = null, string? padding = null)
    {
        var json = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = Contents.OciManifest,
            ["config"] = Descriptor(Contents.Config, Contents.Digest(config), config.Length),
            ["layers"] = new JsonArray(),
        };
        if (subject is not null)
            json["subject"] = Descriptor(Contents.OciManifest, subject, 100);
        if (padding is not null)
            json["annotations"] = new JsonObject { ["padding"] = padding };
        return JsonSerializer.SerializeToUtf8Bytes(json);
    }

    private static JsonObject Descriptor(string mediaType, string digest, long size) =>
        new() { ["mediaType"] = mediaType, ["digest"] = digest, ["size"] = size };

    /// <summary>What holds whatever came when: each link has its object, each tag and each referrer its manifest.</summary>
    public async Task CheckRecordsAsync()
    {
        foreach (var key in _keys.Keys)
        {
            if (await _records.GetAsync(key, default) is not { } record)
                continue;
            var parts = key.Partition.Split('/');
            switch (parts[0])
            {
                case "blobs" when key.Row != "~":
                    var name = (string?)JsonNode.Parse(record.Value.Span)!["object"];
                    Assert.True(
                        await _objects.StatAsync(name!, default) is not null, Explain($"{key.Partition} / {key.Row} links {name}, which is gone"));
                    break;
                case "tags":
                    var digest = (string?)JsonNode.Parse(record.Value.Span)!["digest"];
                    await CheckManifestAsync(parts[1], digest!, $"the tag {key.Row}");
                    break;
                case "referrers":
                    await CheckManifestAsync(parts[1], key.Row, $"a referrer of {parts[2]}");
                    break;
            }
        }
    }

    private async Task CheckManifestAsync(string row, string digest, string what)
    {
        var repository = Berth.Stores.RecordLayout.Decode(row);
        var answer = await Exchange.RunAsync(_instances[0], new("GET", $"/v2/{repository}/manifests/{digest}"));
        Assert.True(answer is { Status: 200, IsBroken: false }, Explain($"{what} names {digest}: {answer}"));
    }

    /// <summary>A manifest with all that it names can be pulled.</summary>
    public async Task CheckWholeAsync(string repository, string reference)
    {
        var answer = await Exchange.RunAsync(_instances[1], new("GET", $"/v2/{repository}/manifests/{reference}"));
        Assert.True(answer is { Status: 200, IsBroken: false }, Explain($"manifest {reference}: {answer}"));
        var config = JsonNode.Parse(answer.Body)!["config"]!;
        await CheckBlobAsync(repository, (string)config["digest"]!);
    }

    /// <summary>A blob can be pulled, and has the bytes of its digest.</summary>
    public async Task CheckBlobAsync(string repository, string digest)
    {
        var answer = await Exchange.RunAsync(_instances[1], new("GET", $"/v2/{repository}/blobs/{digest}"));
        Assert.True(answer is { Status: 200, IsBroken: false }, Explain($"blob {digest}: {answer}"));
        Assert.Equal(digest, Contents.Compute(answer.Body, digest.Split(':')[0]));
    }

    /// <summary>A message with all that happened.</summary>
    public string Explain(string what) =>
        $"{what}\n  {string.Join("\n  ", Steps.Trace)}\nanswers:\n  {string.Join("\n  ", _answers)}";

    private RegistryHandler Start() =>
        new(new() { RedirectEnabled = false }, Open(), Time, NullLogger<RegistryHandler>.Instance);
}
