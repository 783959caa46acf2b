using System.Text.Json.Nodes;
using Berth.EndToEnd.Tests.Content;
using Xunit.Abstractions;

namespace Berth.EndToEnd.Tests.Clients;

/// <summary>
/// Docker, where a daemon answers. It takes registries on 127.0.0.1 without TLS. Its own image store keeps images
/// unpacked; its containerd store keeps manifests and blobs as they are.
/// </summary>
public class DockerTests(EndToEndFixture fixture, ITestOutputHelper output) : ClientTests(fixture, output)
{
    private static readonly string[] Architectures = ["amd64", "arm64"];

    [SkippableFact]
    public async Task Docker_gets_back_the_image_that_it_pushed()
    {
        var docker = await RequireDaemonAsync();
        var sample = CreateSample(SampleKind.Image);
        try
        {
            if (await KeepsManifestsAsync(docker))
            {
                await PushAndPullLayoutAsync(docker, sample);
                return;
            }

            await PushAsync(docker, Image, sample.Layout.ReadImage(sample.Digest));
            await docker.RunAsync("pull", Image);
            await AssertSavesAsync(docker, sample.Layout.ReadImage(sample.Digest));
            await AssertRedirectedAsync();
        }
        finally
        {
            await docker.TryRunAsync("image", "rm", "--force", Image);
        }
    }

    [SkippableFact]
    public async Task Docker_gets_back_each_architecture_of_the_index_that_it_pushed()
    {
        var docker = await RequireDaemonAsync();
        var sample = CreateSample(SampleKind.Index);
        try
        {
            if (await KeepsManifestsAsync(docker))
                await PushAndPullLayoutAsync(docker, sample, Architectures);
            else
                await PushAndPullManifestListAsync(docker, sample);
        }
        finally
        {
            await docker.TryRunAsync("image", "rm", "--force", Image);
        }
    }

    [SkippableFact]
    public async Task Docker_gets_back_the_artifact_that_it_pushed()
    {
        var docker = await RequireDaemonAsync();
        Skip.IfNot(
            await KeepsManifestsAsync(docker),
            "docker's own image store keeps no artifacts; its containerd store does");
        try
        {
            await PushAndPullLayoutAsync(docker, CreateSample(SampleKind.Artifact));
        }
        finally
        {
            await docker.TryRunAsync("image", "rm", "--force", Image);
        }
    }

    private static async Task<bool> KeepsManifestsAsync(ClientProgram docker) =>
        (await docker.RunAsync("info", "--format={{json .DriverStatus}}")).Output
            .Contains("io.containerd.snapshotter", StringComparison.Ordinal);

    private static async Task PushAsync(ClientProgram docker, string name, UnpackedImage image)
    {
        using var folder = TemporaryFolder.Create();
        DockerArchive.Write(folder.At("image.tar"), name, image);
        await docker.RunAsync("load", "--input", folder.At("image.tar"));
        try
        {
            await docker.RunAsync("push", name);
        }
        finally
        {
            await docker.RunAsync("image", "rm", name);
        }
    }

    private async Task PushAndPullManifestListAsync(ClientProgram docker, Sample sample)
    {
        List<UnpackedImage> images =
        [
            .. OciLayout.Children(JsonNode.Parse(sample.Layout.Read(sample.Digest))!, "manifests")
                .Select(sample.Layout.ReadImage),
        ];
        foreach (var (architecture, image) in Architectures.Zip(images))
            await PushAsync(docker, $"{Image}-{architecture}", image);
        await docker.RunAsync(
            ["manifest", "create", "--insecure", Image, .. Architectures.Select(one => $"{Image}-{one}")]);
        await docker.RunAsync("manifest", "push", "--insecure", Image);

        foreach (var (architecture, image) in Architectures.Zip(images))
        {
            await docker.RunAsync("pull", $"--platform=linux/{architecture}", Image);
            await AssertSavesAsync(docker, image);
            await docker.RunAsync("image", "rm", Image);
        }

        await AssertRedirectedAsync();
    }

    private async Task PushAndPullLayoutAsync(ClientProgram docker, Sample sample, params string[] architectures)
    {
        sample.Layout.Pack(Folder.At("pushed.tar"), Image);
        await docker.RunAsync("load", "--input", Folder.At("pushed.tar"));
        await docker.RunAsync("push", Image);
        await AssertPushedAsync(sample);
        await docker.RunAsync("image", "rm", Image);

        if (architectures.Length == 0)
            await docker.RunAsync("pull", Image);
        foreach (var architecture in architectures)
            await docker.RunAsync("pull", $"--platform=linux/{architecture}", Image);
        await docker.RunAsync("save", "--output", Folder.At("pulled.tar"), Image);
        OciLayout.Unpack(Folder.At("pulled.tar"), Folder.At("pulled"));
        AssertPulled(sample, Folder.At("pulled"));
        await AssertRedirectedAsync();
    }

    private async Task AssertSavesAsync(ClientProgram docker, UnpackedImage image)
    {
        var path = Folder.At("saved.tar");
        await docker.RunAsync("save", "--output", path, Image);
        AssertSameImage(image, DockerArchive.Read(path));
    }

    private async Task<ClientProgram> RequireDaemonAsync()
    {
        var docker = Require("docker");
        var info = await docker.TryRunAsync("info", "--format={{.ServerVersion}}");
        Skip.If(
            info.ExitCode != 0 || info.Output.Trim().Length == 0,
            $"no docker daemon answers: {info.Error.Trim().Split('\n')[^1]}");
        return docker;
    }
}
