using System.Text.Json.Nodes;
using Berth.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Berth.Guarantees.Tests.Model;

/// <summary>Two instances over one store, and the model that says what they must answer.</summary>
internal sealed partial class World : IDisposable
{
    private const int Slots = 3;

    private static readonly RegistryOptions Options = new() { RedirectEnabled = false };

    private readonly Place _place;
    private readonly Func<RegistryStorage> _open;
    private readonly SetTime _time = new();
    private readonly RegistryHandler[] _instances;
    private readonly RegistryModel _model = new();
    private readonly UploadModel?[] _slots = new UploadModel?[Slots];
    private readonly List<string> _trace = [];

    public World(Place place)
    {
        _place = place;
        _open = place.NewStore();
        _instances = [Start(), Start()];
    }

    /// <summary>The requests so far with their answers.</summary>
    public IReadOnlyList<string> Trace => _trace;

    public void Dispose()
    {
        foreach (var instance in _instances)
            instance.Dispose();
    }

    /// <summary>Does a step, and compares each answer with the model's.</summary>
    public async Task RunAsync(Operation step)
    {
        switch (step.Kind)
        {
            case Kind.Restart:
                _instances[step.Instance].Dispose();
                _instances[step.Instance] = Start();
                break;
            case Kind.PassTime:
                _time.Pass(TimeSpan.FromHours(Pick(step.A, 1, 26, 13, 26, 200)));
                break;
            case Kind.Collect:
                await CollectAsync();
                break;
            case Kind.DeleteAll:
                await DeleteAllAsync(step);
                break;
            case Kind.PushImage or Kind.PutManifest or Kind.GetManifest or Kind.DeleteManifest:
                await RunManifestStepAsync(step);
                break;
            case Kind.StartUpload or Kind.Patch or Kind.Finish or Kind.RepeatFinish or Kind.GetUpload or Kind.CancelUpload:
                await RunUploadStepAsync(step);
                break;
            case Kind.ListTags or Kind.ListRepositories or Kind.ListReferrers:
                await RunListStepAsync(step);
                break;
            default:
                await RunBlobStepAsync(step);
                break;
        }
    }

    /// <summary>Compares all that was ever there with the model: what a sequence left behind, and what it took away.</summary>
    public async Task CheckAllAsync()
    {
        foreach (var name in Contents.Repositories)
        {
            var repository = _model[name];
            foreach (var (digest, bytes) in repository.SeenBlobs)
                await GetBlobAsync(0, name, digest, bytes, range: 0);
            foreach (var (recipe, digest) in repository.SeenManifests)
                await GetManifestAsync(1, name, digest, "GET");
            foreach (var subject in repository.SeenManifests.Select(one => one.Recipe.Subject).OfType<string>().Distinct())
                await ListReferrersAsync(0, name, subject, filter: null, count: null, after: null);
            if (repository.Exists)
            {
                foreach (var tag in Contents.Tags)
                    await GetManifestAsync(0, name, tag, "GET");
            }
            await ListTagsAsync(1, name, null, null);
        }
        await ListRepositoriesAsync(0, null, null);
    }

    private RegistryHandler Start() => new(Options, _open(), _time, NullLogger<RegistryHandler>.Instance);

    private async Task<Answer> SendAsync(int instance, Request request)
    {
        var answer = await Exchange.RunAsync(_instances[instance], request);
        _trace.Add($"[{instance}] {request} -> {answer}");
        Assert.True(answer.Status < 500, $"{request} -> {answer}");
        Assert.Equal("registry/2.0", answer.Header("Docker-Distribution-Api-Version"));
        return answer;
    }

    private Task<Answer> SendAsync(int instance, string method, string target) => SendAsync(instance, new(method, target));

    /// <summary>Checks an answer that is whole, with its status and headers.</summary>
    private static void Expect(Answer answer, int status, params (string Name, string? Value)[] headers)
    {
        Assert.Equal(status, answer.Status);
        Assert.False(answer.IsBroken, "the answer is not whole");
        foreach (var (name, value) in headers)
            Assert.Equal((name, value), (name, answer.Header(name)));
    }

    /// <summary>Checks an error of the spec.</summary>
    private static void ExpectError(Answer answer, int status, string code)
    {
        Expect(answer, status, ("Content-Type", "application/json"));
        Assert.Equal(code, (string?)JsonNode.Parse(answer.Body)!["errors"]![0]!["code"]);
    }

    private static string RepositoryOf(int number) => Pick(number, Contents.Repositories);

    private static T Pick<T>(int number, params T[] choices) => choices[number % choices.Length];

    private byte[] BlobOf(int number) => Contents.Blob(number % Contents.BlobCount, _place);

    private static string AlgorithmOf(int number) => number % 4 == 3 ? "sha512" : "sha256";

    /// <summary>One flaw in a number of steps: 0 for none.</summary>
    private static int FlawOf(int number, int count) => number % 24 >= 24 - count ? 24 - (number % 24) : 0;
}
