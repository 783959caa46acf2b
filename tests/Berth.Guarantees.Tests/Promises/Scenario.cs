namespace Berth.Guarantees.Tests.Promises;

/// <summary>Something that clients do with a registry.</summary>
/// <param name="Name">What.</param>
/// <param name="Prepare">What was done before, undisturbed.</param>
/// <param name="Run">What is done while things go wrong.</param>
internal sealed record Scenario(string Name, Func<Play, Task> Prepare, Func<Play, Task> Run)
{
    private const string Repository = "team/app";
    private const string Elsewhere = "other/app";

    /// <summary>Every scenario.</summary>
    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("push", Nothing, play => play.Image.PushAsync(Repository, "latest")),
        new("push in parts", Nothing, PushPartsAsync),
        new("push at once", Nothing, PushAtOnceAsync),
        new("mount", play => play.Image.PushAsync(Elsewhere, "latest"), MountAsync),
        new("move a tag", PushBothAsync, MoveTagAsync),
        new("attach", play => play.Image.PushAsync(Repository, "latest"), AttachAsync),
        new("delete a manifest", PushBothAsync, DeleteManifestAsync),
        new("delete a tag", PushBothAsync, DeleteTagAsync),
        new("delete a blob", play => play.Image.PushAsync(Repository, "latest"), DeleteBlobAsync),
        new("large manifest", play => play.Image.PushBlobsAsync(Repository), LargeManifestAsync),
        new("cancel", Nothing, CancelAsync),
        new("collect", PrepareGarbageAsync, CollectAsync),
    ];

    public static Scenario Find(string name) => All.First(scenario => scenario.Name == name);

    public override string ToString() => Name;

    private static Task Nothing(Play play) => Task.CompletedTask;

    private static async Task PushBothAsync(Play play)
    {
        await play.Image.PushAsync(Repository, "latest");
        await play.Other.PushAsync(Repository, "other");
    }

    /// <summary>A layer of several parts in one PATCH, and one in several PATCHes, of which some leave a rest.</summary>
    private static async Task PushPartsAsync(Play play)
    {
        var (part, rest) = (play.PartSize, play.PartSize / 2);
        var oneChunk = play.Bytes(part + rest);
        var chunks = play.Bytes((2 * part) + rest + 50_000 + 2_000);
        await play.Blobs.UploadAsync(Repository, oneChunk, oneChunk.Length);
        await play.Blobs.UploadAsync(Repository, chunks, part, 50_000, part, rest);
        await play.Blobs.UploadAsync(Repository, play.Image.Config, play.Image.Config.Length);
        await play.Manifests.PutAsync(
            Repository, new(play.Image.Config, [oneChunk, chunks]), reference: null, "a", "b");
    }

    private static async Task PushAtOnceAsync(Play play)
    {
        await play.Blobs.UploadAtOnceAsync(Repository, play.Image.Config);
        await play.Blobs.UploadAsync(Repository, play.Image.Layers[0]); // all with the PUT
        await play.Blobs.UploadAsync(Repository, play.Image.Layers[1], 10_000); // a half with the PUT
        await play.Manifests.PutAsync(Repository, play.Image.Manifest, "latest");
    }

    private static async Task MountAsync(Play play)
    {
        await play.Blobs.MountAsync(Repository, play.Image.Config, from: Elsewhere);
        await play.Blobs.MountAsync(Repository, play.Image.Layers[0], from: Elsewhere);
        await play.Blobs.MountAsync(Repository, play.Image.Layers[1], from: null);
        await play.Manifests.PutAsync(Repository, play.Image.Manifest, "mounted");
    }

    private static async Task MoveTagAsync(Play play)
    {
        await play.Manifests.PutAsync(Repository, play.Other.Manifest, "latest");
        await play.CheckAsync();
        await play.Manifests.PutAsync(Repository, play.Image.Manifest, "latest");
        await play.CheckAsync();
        await play.Manifests.PutAsync(Repository, play.Other.Manifest, reference: null, "latest", "stable");
    }

    private static async Task AttachAsync(Play play)
    {
        var signature = play.Bytes(500);
        await play.Blobs.UploadAtOnceAsync(Repository, signature);
        var first = new TestManifest(signature, [play.Image.Layers[0]], play.Image.Manifest);
        var second = new TestManifest(signature, [play.Image.Layers[1]], play.Image.Manifest);
        await play.Manifests.PutAsync(Repository, first, reference: null);
        await play.Manifests.PutAsync(Repository, second, reference: null);
        await play.Manifests.PutAsync(Repository, second, "again");
        await play.Manifests.DeleteAsync(Repository, first);
        await play.CheckAsync();
        await play.Manifests.PutAsync(Repository, first, reference: null);
    }

    private static async Task DeleteManifestAsync(Play play)
    {
        await play.Manifests.PutAsync(Repository, play.Image.Manifest, "second");
        await play.Manifests.DeleteAsync(Repository, play.Image.Manifest);
        await play.CheckAsync();
        await play.Manifests.PutAsync(Repository, play.Image.Manifest, "latest");
        await play.CheckAsync();
        await play.Manifests.DeleteAsync(Repository, play.Other.Manifest);
    }

    private static async Task DeleteTagAsync(Play play)
    {
        await play.Manifests.UntagAsync(Repository, "latest");
        await play.CheckAsync();
        await play.Manifests.PutAsync(Repository, play.Other.Manifest, "latest");
        await play.Manifests.UntagAsync(Repository, "other");
    }

    private static async Task DeleteBlobAsync(Play play)
    {
        await play.Blobs.DeleteAsync(Repository, play.Image.Layers[0]);
        await play.CheckAsync();
        await play.Blobs.UploadAsync(Repository, play.Image.Layers[0], 1_000, 2_000);
        await play.Blobs.DeleteAsync(Repository, play.Image.Layers[1]);
        await play.Image.PushAsync(Repository, "again");
    }

    private static async Task LargeManifestAsync(Play play)
    {
        var large = new TestManifest(play.Image.Config, play.Image.Layers, padding: 100_000);
        await play.Manifests.PutAsync(Repository, large, "large");
        await play.Manifests.PutAsync(Repository, large, "larger");
        await play.Manifests.DeleteAsync(Repository, large);
        await play.CheckAsync();
        await play.Manifests.PutAsync(Repository, large, "large");
    }

    private static async Task CancelAsync(Play play)
    {
        await play.Blobs.CancelAsync(Repository, play.Bytes(40_000));
        await play.Blobs.CancelAsync(Repository, play.Bytes(play.PartSize + 1_000));
        await play.Image.PushBlobsAsync(Repository);
    }

    /// <summary>What a collection is to keep, and beside it a little of everything that it is to remove.</summary>
    private static async Task PrepareGarbageAsync(Play play)
    {
        await PushBothAsync(play);
        await play.Manifests.PutAsync(Repository, new(play.Image.Config, play.Image.Layers, padding: 70_000), "large");
        await play.Blobs.UploadAsync(Elsewhere, play.Image.Layers[0], 1_000);
        await play.Manifests.DeleteAsync(Repository, play.Other.Manifest);
        await play.Blobs.CancelAsync(Repository, play.Bytes(40_000));
    }

    /// <summary>Unused blobs are condemned, one of them is needed again, the others go; all can be pushed again.</summary>
    private static async Task CollectAsync(Play play)
    {
        byte[][] unused = [.. play.Other.Layers, play.Other.Config];
        await play.CollectAsync(Repository, unused);
        await play.CheckAsync();
        await play.Other.PushAsync(Repository, "other");
        await play.CollectAsync(Elsewhere, play.Image.Layers[0]);
        await play.CheckAsync();
        await play.Manifests.DeleteAsync(Repository, play.Other.Manifest);
        await play.CollectAsync(Repository, unused);
        await play.CollectAsync(Repository);
        await play.CollectAsync(Repository);
    }
}
