using System.Globalization;
using System.Text;
using Berth.Guarantees.Tests.Model;
using Berth.Storage;
using Berth.Storage.FileSystem;
using Microsoft.Extensions.Logging.Abstractions;

namespace Berth.Guarantees.Tests.Costs;

/// <summary>
/// How many bytes a request makes the registry allocate, once its code is warm: a server's own are not among them. Counted in a
/// process of its own, as what other tests do meanwhile would count too.
/// </summary>
internal static class AllocationCount
{
    public const string Command = "count-allocations";

    private const string Repository = "team/app";
    private const int Warm = 3_000;
    private const int Counted = 500;

    /// <summary>What is counted, with the names that are printed.</summary>
    public static IReadOnlyList<(string Name, bool IsSigned, Func<string, string, Request> Create)> Requests { get; } =
    [
        ("manifest-by-tag", false, (_, _) => new("GET", $"/v2/{Repository}/manifests/latest")),
        ("manifest-by-digest", false, (manifest, _) => new("GET", $"/v2/{Repository}/manifests/{manifest}")),
        ("manifest-head", false, (_, _) => new("HEAD", $"/v2/{Repository}/manifests/latest")),
        ("blob-head", false, (_, blob) => new("HEAD", $"/v2/{Repository}/blobs/{blob}")),
        ("blob-redirected", true, (_, blob) => new("GET", $"/v2/{Repository}/blobs/{blob}")),
        ("blob-4-KiB", false, (_, blob) => new("GET", $"/v2/{Repository}/blobs/{blob}")),
    ];

    /// <summary>In the process: prints a line for each request, its name and a number of bytes.</summary>
    /// <param name="arguments">A folder, or nothing for a store in memory.</param>
    public static async Task RunAsync(string[] arguments)
    {
        var (objects, records) = Open(arguments);
        using var registry = Create(objects, records);
        using var signing = Create(new SigningObjects(objects), records);
        var blob = new byte[4096];
        var image = Encoding.UTF8.GetBytes(
            $$"""
            {"schemaVersion":2,"mediaType":"{{Contents.OciManifest}}",
            "config":{"mediaType":"{{Contents.Config}}","digest":"{{Contents.Digest(blob)}}","size":4096},
            "layers":[{"mediaType":"{{Contents.Layer}}","digest":"{{Contents.Digest(blob)}}","size":4096}]}
            """);
        await SendAsync(registry, new("POST", $"/v2/{Repository}/blobs/uploads/?digest={Contents.Digest(blob)}") { Body = blob });
        await SendAsync(registry, new("PUT", $"/v2/{Repository}/manifests/latest")
        {
            Body = image,
            Headers = [("Content-Type", Contents.OciManifest)],
        });
        foreach (var (name, isSigned, create) in Requests)
        {
            var request = create(Contents.Digest(image), Contents.Digest(blob));
            var bytes = await CountAsync(isSigned ? signing : registry, request, isSigned ? 307 : 200);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name} {bytes}"));
        }
    }

    private static (IObjectStore Objects, IVersionedObjects Records) Open(string[] arguments)
    {
        if (arguments is [var folder])
        {
            var files = new FileSystemObjects(folder);
            return (files, files);
        }

        var memory = new MemoryObjects();
        return (memory, memory);
    }

    private static RegistryHandler Create(IObjectStore objects, IVersionedObjects records) =>
        new(new(), RegistryStorage.Over(objects, records), TimeProvider.System, NullLogger<RegistryHandler>.Instance);

    private static async Task SendAsync(RegistryHandler registry, Request request)
    {
        var answer = await Exchange.RunAsync(registry, request);
        if (answer.Status != 201)
            throw new InvalidOperationException($"{request} -> {answer}");
    }

    private static async Task<long> CountAsync(RegistryHandler registry, Request request, int status)
    {
        var answer = await Exchange.RunAsync(registry, request);
        if (answer.Status != status)
            throw new InvalidOperationException($"{request} -> {answer}");
        await SendAsync(registry, request, Warm);
        // Jitting goes on behind: the least of some counts is a request's own.
        var least = long.MaxValue;
        for (var tries = 0; tries < 5; tries++)
            least = Math.Min(least, await SendAsync(registry, request, Counted));
        return least / Counted;
    }

    /// <returns>The bytes that the handler allocated.</returns>
    private static async Task<long> SendAsync(RegistryHandler registry, Request request, int count)
    {
        var contexts = Enumerable.Range(0, count).Select(_ => new PreparedContext(request)).ToArray();
        var before = GC.GetTotalAllocatedBytes(precise: true);
        foreach (var context in contexts)
            await registry.HandleAsync(context.Http);
        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }
}
