using Berth.Moving;
using Berth.Storage;
using Berth.Storage.FileSystem;
using Berth.Tests.Protocol;
using Xunit.Abstractions;

namespace Berth.Tests.Moving;

/// <summary>Blobs that are taken over where they are.</summary>
public sealed class AdoptionTests(ITestOutputHelper output) : MoveTest(output)
{
    [Fact]
    public async Task Files_get_a_second_name_and_outlive_the_old_registry()
    {
        var layer = Client.RandomBytes(500_000);
        var image = Docker.AddImage("app", layer);
        Docker.AddManifest("app", image, "v1");
        var odd = Client.RandomBytes(4000);
        var alias = Docker.AddBlob("app", odd, "sha512");

        var run = await ImportAsync("--adopt", "--json");

        Assert.Equal(0, run.Code);
        Assert.Equal(4, (int)run.Json["blobs"]!["adopted"]!);
        Assert.Equal(0, (int)run.Json["blobs"]!["copied"]!);
        Assert.InRange((long)run.Json["blobs"]!["readBytes"]!, layer.Length, 2 * layer.Length);
        // One file under two names: what is written to one is read from the other.
        await using (var registry = await ServeAsync(Destination))
        {
            await AssertHasBlobAsync(registry, "app", layer);
            await AssertHasAsync(registry, $"/v2/app/blobs/{alias}", odd);
            File.WriteAllBytes(Docker.PathOf(Client.Digest(layer)), new byte[layer.Length]);
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/v2/app/blobs/{Client.Digest(layer)}");
            request.Headers.Range = new(0, 99); // the whole would break off: it is not what its digest says
            using var answer = await registry.Client.SendAsync(request);
            Assert.Equal(new byte[100], await answer.Content.ReadAsByteArrayAsync());
            File.WriteAllBytes(Docker.PathOf(Client.Digest(layer)), layer);
        }

        var again = await ImportAsync("--adopt", "--json");
        Assert.Equal(4, (int)again.Json["blobs"]!["present"]!);

        Docker.Delete("");
        await using (var registry = await ServeAsync(Destination))
        {
            await AssertHasBlobAsync(registry, "app", layer);
            await AssertHasManifestAsync(registry, "app", "v1", image);
        }
    }

    [Fact]
    public async Task The_store_may_lie_in_the_old_registrys_own_rootdirectory()
    {
        var image = Docker.AddImage("app");
        Docker.AddManifest("app", image, "v1");

        Assert.Equal(0, (await RunAsync(["import", Docker.Root, "--to", Docker.Root, "--adopt"])).Code);

        await using var registry = await ServeAsync(Docker.Root);
        await AssertHasManifestAsync(registry, "app", "v1", image);
    }

    [Fact]
    public async Task A_damaged_file_is_not_adopted_and_leaves_nothing_behind_unless_nobody_looks()
    {
        var layer = Client.RandomBytes(50_000);
        Docker.AddManifest("app", Docker.AddImage("app", layer), "v1");
        Docker.Damage(Client.Digest(layer));

        var run = await ImportAsync("--adopt");

        Assert.Equal(3, run.Code);
        Assert.Contains($"the blob {Client.Digest(layer)}: it is damaged", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(
            new DirectoryInfo(Destination).EnumerateFiles("*", SearchOption.AllDirectories), file => file.Length == layer.Length);

        var blind = await ImportAsync("--adopt", "--no-verify", "--json");
        Assert.Equal(0, blind.Code);
        Assert.Equal(0, (long)blind.Json["blobs"]!["readBytes"]!);
    }

    [SkippableFact]
    public async Task A_file_behind_a_symbolic_link_outlives_the_link()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows lets only administrators make symbolic links");
        var layer = Client.RandomBytes(50_000);
        Docker.AddManifest("app", Docker.AddImage("app", layer), "v1");
        var elsewhere = Folder.At("layer");
        File.Move(Docker.PathOf(Client.Digest(layer)), elsewhere);
        File.CreateSymbolicLink(Docker.PathOf(Client.Digest(layer)), elsewhere);

        Assert.Equal(0, (await ImportAsync("--adopt")).Code);

        File.Delete(elsewhere);
        await using var registry = await ServeAsync(Destination);
        await AssertHasBlobAsync(registry, "app", layer);
    }

    [Fact]
    public async Task A_link_that_names_another_blob_is_damage_even_where_nobody_looks()
    {
        var (layer, other) = (Client.RandomBytes(3000), Client.RandomBytes(2000));
        Docker.AddManifest("app", Docker.AddImage("app", layer), "v1");
        Docker.AddBlob("app", other);
        Docker.Write(
            $"repositories/app/_layers/{Client.Digest(layer).Replace(':', '/')}/link", Client.Digest(other));

        var run = await ImportAsync("--adopt", "--no-verify");

        Assert.Equal(3, run.Code);
        Assert.Contains(
            $"the blob {Client.Digest(layer)}: it is damaged: its bytes are {Client.Digest(other)}", run.Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_one_bucket_records_name_the_old_objects_and_never_delete_them()
    {
        var (objects, records) = (new MemoryObjects(), new MemoryRecords());
        var layer = Client.RandomBytes(50_000);
        var pushed = Client.RandomBytes(3000);
        var image = Docker.AddImage("app", layer);
        Docker.AddManifest("app", image, "v1");
        Docker.AddBlob("app", pushed);
        var odd = Client.RandomBytes(4000);
        var alias = Docker.AddBlob("app", odd, "sha512");
        var keys = await FillAsync(objects);
        var storage = RegistryStorage.Over(objects, records);
        await using (var before = await TestRegistry.StartAsync(storage))
            await new Client(before.Client).PushBlobAsync("elsewhere", pushed);

        var counts = await RegistryMove.RunAsync(
            MoveSource.OfDockerRegistry(storage.Objects), storage, new() { Adoption = Adoption.OfObjects(storage) },
            new MoveProgress(), TimeProvider.System, CancellationToken.None);

        Assert.Equal(3, counts[MoveStep.BlobAdopted]);
        Assert.Equal(1, counts[MoveStep.BlobLinked]); // pushed before
        Assert.Equal(1, counts[MoveStep.BlobCopied]); // an object has one digest
        await using var registry = await TestRegistry.StartAsync(storage);
        await AssertHasManifestAsync(registry, "app", "v1", image);
        await AssertHasBlobAsync(registry, "app", layer);
        await AssertHasAsync(registry, $"/v2/app/blobs/{alias}", odd);
        var after = (await objects.ListAsync("", null, 1000, CancellationToken.None)).Items;
        Assert.Empty(keys.Except(after));
        Assert.Equal(2, after.Count(key => key.StartsWith("objects/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_the_destination_does_not_hold_cannot_be_adopted()
    {
        Docker.AddManifest("app", Docker.AddImage("app"), "v1");
        var elsewhere = RegistryStorage.Over(new MemoryObjects(), new MemoryRecords());

        var fault = await Assert.ThrowsAsync<StorageException>(() => RegistryMove.RunAsync(
            MoveSource.OfDockerRegistry(new PlainFolder(Docker.Root)), elsewhere,
            new() { Adoption = Adoption.OfObjects(elsewhere) }, new MoveProgress(), TimeProvider.System,
            CancellationToken.None));
        Assert.Contains("same bucket under the same prefix", fault.Message, StringComparison.Ordinal);

        var refused = await RunAsync(
            ["import", Docker.Root, "--to", "azure://acct/berth", "--adopt"],
            ("Berth__Storage__Azure__ConnectionString",
                "AccountName=acct;AccountKey=c2VjcmV0;BlobEndpoint=http://127.0.0.1:1/a;TableEndpoint=http://127.0.0.1:1/a"));
        Assert.Equal(1, refused.Code);
        Assert.DoesNotContain("c2VjcmV0", refused.ToString(), StringComparison.Ordinal);
    }

    /// <summary>Puts the Docker registry's files into a bucket.</summary>
    /// <returns>Their keys.</returns>
    private async Task<List<string>> FillAsync(MemoryObjects objects)
    {
        var files = new PlainFolder(Docker.Root);
        var keys = (await files.ListAsync("", null, 1000, CancellationToken.None)).Items;
        foreach (var key in keys)
            await objects.PutAsync(key, new(File.ReadAllBytes(files.PathOf(key))), CancellationToken.None);
        return [.. keys];
    }
}
