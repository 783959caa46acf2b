using System.Text.Json.Nodes;
using Berth.EndToEnd.Tests.Content;
using Xunit.Abstractions;

namespace Berth.EndToEnd.Tests.Clients;

/// <summary>
/// podman and buildah, which share their commands. They keep images unpacked and compress them anew, so of an image the
/// config and the files of each layer must come back byte for byte; an index and what hangs on it as it was pushed.
/// </summary>
public abstract class ContainersStorageTests(string program, EndToEndFixture fixture, ITestOutputHelper output)
    : ClientTests(fixture, output)
{
    [SkippableTheory]
    [InlineData("gzip")]
    [InlineData("zstd")]
    public async Task An_image_comes_back_from_the_registry(string compression)
    {
        var here = await RequireWithStoreAsync("here");
        var there = await RequireWithStoreAsync("there");
        var sample = CreateSample(SampleKind.Image);
        // A relative path: they make an image's name of it, which has no capitals.
        var id = await PullAsync(here, $"oci:{Path.GetFileName(sample.Layout.Folder)}:{Sample.Tag}");

        await here.RunAsync(
            "push", "--tls-verify=false", "--format=oci", $"--compression-format={compression}",
            $"--digestfile={Folder.At("digest")}", id, $"docker://{Image}");
        var pushed = await Http.GetManifestAsync(Repository, Sample.Tag);
        Assert.Equal(await File.ReadAllTextAsync(Folder.At("digest")), OciLayout.DigestOf(pushed));
        Assert.All(
            JsonNode.Parse(pushed)!["layers"]!.AsArray(),
            layer => Assert.EndsWith($"+{compression}", (string?)layer!["mediaType"]));

        id = await PullAsync(there, $"docker://{Image}");
        await there.RunAsync("push", "--format=oci", id, $"oci:{Folder.At("pulled")}:{Sample.Tag}");
        var pulled = OciLayout.Open(Folder.At("pulled"));
        AssertSameImage(sample.Layout.ReadImage(sample.Digest), pulled.ReadImage(pulled.DigestOf(Sample.Tag)));
        await AssertRedirectedAsync();
    }

    [SkippableFact]
    public async Task Each_architecture_of_an_index_comes_back_from_the_registry()
    {
        var here = await RequireWithStoreAsync("here");
        var sample = CreateSample(SampleKind.Index);
        await PushIndexAsync(here, sample);

        var images = OciLayout.Children(JsonNode.Parse(sample.Layout.Read(sample.Digest))!, "manifests");
        foreach (var (architecture, image) in ((string[])["amd64", "arm64"]).Zip(images))
        {
            var there = await RequireWithStoreAsync(architecture);
            var id = await PullAsync(there, $"--arch={architecture}", $"docker://{Image}");
            await there.RunAsync("push", "--format=oci", id, $"oci:{Folder.At(architecture)}-pulled:{Sample.Tag}");
            var pulled = OciLayout.Open(Folder.At(architecture) + "-pulled");
            AssertSameImage(sample.Layout.ReadImage(image), pulled.ReadImage(pulled.DigestOf(Sample.Tag)));
        }

        await AssertRedirectedAsync();
    }

    [SkippableTheory]
    [InlineData(SampleKind.Index)]
    [InlineData(SampleKind.ArtifactWithImageConfig)]
    public async Task An_index_comes_back_with_all_that_hangs_on_it(SampleKind kind)
    {
        var here = await RequireWithStoreAsync("here");
        var there = await RequireWithStoreAsync("there");
        var sample = CreateSample(kind);
        var index = await PushIndexAsync(here, sample);
        var pushed = await Http.GetAllAsync(Repository, Sample.Tag);
        AssertHolds(sample, pushed);

        await there.RunAsync("manifest", "create", "list");
        await there.RunAsync("manifest", "add", "--all", "--tls-verify=false", "list", $"docker://{Image}");
        await there.RunAsync(
            "manifest", "push", "--all", "--tls-verify=false", "list", $"oci:{Folder.At("pulled")}:{Sample.Tag}");
        var pulled = OciLayout.Open(Folder.At("pulled"));
        Assert.Equal(index, pulled.DigestOf(Sample.Tag));
        AssertSame(pushed, pulled.ReadAll(index));
        await AssertRedirectedAsync();
    }

    /// <summary>Finds the program and gives it an empty store, or skips the test.</summary>
    protected async Task<ClientProgram> RequireWithStoreAsync(string name)
    {
        var client = Require(
            program, $"--root={Folder.Add($"store-{name}")}", $"--runroot={Folder.Add($"run-{name}")}",
            "--storage-driver=vfs");
        if (!Environment.IsPrivilegedProcess)
        {
            var info = await client.TryRunAsync("info");
            var reason = info.Error.Trim().ReplaceLineEndings("; ");
            Skip.IfNot(info.IsSuccess, $"{program} cannot run without root here: {reason}");
        }

        return client;
    }

    /// <summary>Makes an index of a sample's image or images and pushes it.</summary>
    /// <returns>Its digest.</returns>
    private async Task<string> PushIndexAsync(ClientProgram client, Sample sample)
    {
        await client.RunAsync("manifest", "create", "list");
        await client.RunAsync("manifest", "add", "--all", "list", $"oci:{sample.Layout.Folder}:{Sample.Tag}");
        await client.RunAsync(
            "manifest", "push", "--all", "--tls-verify=false", "--format=oci", $"--digestfile={Folder.At("digest")}",
            "list", $"docker://{Image}");
        return await File.ReadAllTextAsync(Folder.At("digest"));
    }

    private static async Task<string> PullAsync(ClientProgram client, params string[] arguments) =>
        (await client.RunAsync(["pull", "--quiet", "--tls-verify=false", .. arguments])).Output.Trim();

    /// <summary>Checks that all of a sample but its own index is there.</summary>
    private static void AssertHolds(Sample sample, SortedDictionary<string, byte[]> found)
    {
        var isIndex = JsonNode.Parse(sample.Layout.Read(sample.Digest))!["manifests"] is not null;
        foreach (var (digest, content) in sample.ReadAll())
        {
            if (!isIndex || digest != sample.Digest)
                Assert.Equal(content, found[digest]);
        }
    }
}
