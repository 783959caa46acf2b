using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Berth.Auth;
using Berth.Guarantees.Tests.Model;
using Berth.Guarantees.Tests.Races;
using Berth.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Abstractions;

namespace Berth.Guarantees.Tests.Fuzz;

/// <summary>Whole requests that are nearly right: answered, never with 5xx, and nothing that was there is lost by them.</summary>
public sealed class RequestFuzzTests(ITestOutputHelper output)
{
    private const int Runs = 2_000;
    private const string Repository = "library/it";
    private const string Password = "correct horse";

    private static readonly byte[] Blob = [1, 2, 3, 4, 5, 6, 7];
    private static readonly string Digest = Contents.Digest(Blob);
    private static readonly byte[] Image = SteppedRegistry.Image(Blob);
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "OPTIONS", "TRACE", "get"];

    private static readonly string[] Targets =
    [
        "/v2/", "/v2/_catalog?n=1&last=a", $"/v2/{Repository}/tags/list?n=2&last=latest", $"/v2/{Repository}/blobs/{Digest}",
        $"/v2/{Repository}/manifests/latest", $"/v2/{Repository}/manifests/{Contents.Digest(Image)}?tag=a&tag=b",
        $"/v2/{Repository}/referrers/{Digest}?artifactType=a%2Fb&n=3&last={Digest}", $"/v2/{Repository}/blobs/uploads/",
        $"/v2/{Repository}/blobs/uploads/?mount={Digest}&from=library/it", $"/v2/{Repository}/blobs/uploads/?digest={Digest}",
        $"/v2/{Repository}/blobs/uploads/?digest-algorithm=sha512", "{upload}", "{upload}?digest=" + Digest, "/healthz", "/token",
        "/token?scope=repository:library/it:pull,push&service=x", "/api/v1/users", "/api/v1/projects/library/members",
    ];

    private static readonly (string Name, string[] Values)[] Headers =
    [
        ("Range", ["bytes=0-1", "bytes=-3", "bytes=1-,2-3"]), ("Content-Range", ["0-6", "7-13", "bytes 0-6/7"]),
        ("If-None-Match", [$"\"{Digest}\"", "*", "W/\"x\""]), ("If-Range", [$"\"{Digest}\""]),
        ("Content-Type", [Contents.OciManifest, Contents.OciIndex + "; charset=utf-8", "application/x-www-form-urlencoded"]),
        ("Authorization", ["Basic cm9vdDpjb3JyZWN0IGhvcnNl", "Bearer a.b.c", "Basic " + "===", "Digest x", "Bearer eyJhbGciOiJub25lIn0.e30.eA"]),
        ("Accept", [Contents.OciManifest]), ("X-Forwarded-For", ["1.2.3.4", "::1"]), ("Transfer-Encoding", ["chunked", "gzip"]),
    ];

    /// <summary>Far above what a request takes, far below what is announced.</summary>
    private const long MostAllocated = 16L * 1024 * 1024;

    [Theory]
    [InlineData(AuthMode.None)]
    [InlineData(AuthMode.Accounts)]
    public async Task A_request_is_answered_and_harms_nothing(AuthMode mode)
    {
        using var registry = await StartAsync(mode);
        (string, string)[] credential = mode == AuthMode.None ? [] : [("Authorization", "Basic " + Base64($"root:{Password}"))];
        await SendAsync(registry, new("POST", $"/v2/{Repository}/blobs/uploads/?digest={Digest}") { Body = Blob, Headers = credential }, 201);
        var put = new Request("PUT", $"/v2/{Repository}/manifests/{Contents.Digest(Image)}") { Body = Image };
        await SendAsync(registry, put with { Headers = [("Content-Type", Contents.OciManifest), .. credential] }, 201);

        await Mutation.CheckAsync(output, Runs, Targets, async (target, random) =>
        {
            var upload = $"/v2/{Repository}/blobs/uploads/00000000-0000-4000-8000-000000000000";
            if (random.Next(2) == 0)
            {
                var begun = await Exchange.RunAsync(
                    registry, new("POST", $"/v2/{Repository}/blobs/uploads/") { Headers = credential });
                upload = begun.Header("Location")!;
            }
            var request = Create(random, target.Replace("{upload}", upload, StringComparison.Ordinal), credential);
            var answer = await Exchange.RunAsync(registry, request);
            Assert.True(answer.Status is >= 200 and < 500, $"{request} -> {answer}");
            Assert.True(!answer.IsBroken || request.BrokenAfter is not null, $"{request} -> {answer}");
            if (answer.Status >= 400 && request.Method != "HEAD" && request.BrokenAfter is null)
                CheckError(answer);
        });

        await SendAsync(registry, new("GET", $"/v2/{Repository}/blobs/{Digest}") { Headers = credential }, 200);
        await SendAsync(registry, new("GET", $"/v2/{Repository}/manifests/{Contents.Digest(Image)}") { Headers = credential }, 200);
    }

    /// <summary>What a client announces costs nothing before it comes.</summary>
    [Theory]
    [InlineData("PATCH", "{upload}")]
    [InlineData("PUT", "{upload}?digest=")]
    [InlineData("POST", "/v2/library/it/blobs/uploads/?digest=")]
    [InlineData("PUT", "/v2/library/it/manifests/latest")]
    [InlineData("GET", "/v2/library/it/tags/list?n=2147483647")]
    [InlineData("GET", "/v2/_catalog?n=2147483647")]
    [InlineData("GET", "/v2/library/it/referrers/?n=2147483647")]
    public async Task A_great_number_allocates_nothing(string method, string target)
    {
        using var registry = await StartAsync(AuthMode.None);
        await Exchange.RunAsync(registry, new(method, "/v2/"));
        var least = long.MaxValue;
        for (var tries = 0; least > MostAllocated && tries < 20; tries++)
        {
            var begun = await Exchange.RunAsync(registry, new("POST", $"/v2/{Repository}/blobs/uploads/"));
            var path = target.Replace("{upload}", begun.Header("Location"), StringComparison.Ordinal)
                .Replace("digest=", "digest=" + Digest, StringComparison.Ordinal)
                .Replace("referrers/", "referrers/" + Digest, StringComparison.Ordinal);
            var before = GC.GetTotalAllocatedBytes();
            await Exchange.RunAsync(registry, new(method, path)
            {
                Body = method == "GET" ? default : Blob,
                Announced = method == "GET" ? null : 1L << 50,
                BrokenAfter = method == "GET" ? null : Blob.Length,
            });
            least = Math.Min(least, GC.GetTotalAllocatedBytes() - before); // other tests allocate meanwhile
        }
        Assert.InRange(least, 0, MostAllocated);
    }

    private static Request Create(Random random, string target, (string, string)[] credential)
    {
        // A server hands on no path with these: it answers 400 itself.
        var path = new string([.. target.Where(one => one > ' ' && one < '\uD800' && one != '#')]);
        var mutation = new Mutation(random);
        var headers = new List<(string, string)>(random.Next(3) > 0 ? credential : []);
        for (var count = random.Next(3); count > 0; count--)
        {
            var (name, values) = Headers[random.Next(Headers.Length)];
            var value = new string([.. mutation.Next(values).Where(one => one is >= ' ' and < '\u007F')]);
            if (!headers.Exists(header => header.Item1 == name))
                headers.Add((name, value));
        }
        var body = random.Next(4) switch
        {
            0 => [],
            1 => Blob,
            2 => Image,
            _ => Encoding.UTF8.GetBytes(mutation.Next(GrammarFuzzTests.Manifests)),
        };
        // Nobody deletes here, so that what was there has to stay.
        var method = Methods[random.Next(Methods.Length)];
        return new(method, path.StartsWith('/') ? path : "/" + path)
        {
            Body = method is "GET" or "HEAD" or "OPTIONS" ? default : body,
            Headers = headers,
            BrokenAfter = random.Next(10) == 0 && method is "PUT" or "PATCH" ? body.Length / 2 : null,
        };
    }

    private static void CheckError(Answer answer)
    {
        Assert.Equal("application/json", answer.Header("Content-Type"));
        var error = Assert.Single(JsonNode.Parse(answer.Body)!["errors"]!.AsArray())!;
        Assert.False(string.IsNullOrEmpty((string?)error["code"]) || string.IsNullOrEmpty((string?)error["message"]));
    }

    private static async Task SendAsync(RegistryHandler registry, Request request, int status)
    {
        var answer = await Exchange.RunAsync(registry, request);
        Assert.True(answer.Status == status && !answer.IsBroken, string.Create(CultureInfo.InvariantCulture, $"{request} -> {answer}"));
    }

    internal static async Task<RegistryHandler> StartAsync(AuthMode mode)
    {
        var options = new RegistryOptions
        {
            RedirectEnabled = false,
            Auth = new()
            {
                Mode = mode,
                PublicUrl = new("https://registry.test/"),
                Accounts = new() { Administrator = "root", AdministratorPassword = Password },
                Passwords = new() { CacheEntries = 1000 },
                SignIn = new() { },
            },
        };
        var storage = RegistryStorage.Over(new MemoryObjects(minimumPartSize: 1024), new MemoryRecords());
        var registry = new RegistryHandler(options, storage, new SetTime(), NullLogger<RegistryHandler>.Instance);
        await registry.PrepareAsync(default);
        return registry;
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
