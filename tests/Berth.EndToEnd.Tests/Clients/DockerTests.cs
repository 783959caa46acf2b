using System.Text.Json.Nodes;
using Berth.EndToEnd.Tests.Content;
using Berth.EndToEnd.Tests.Processes;
using Xunit.Abstractions;

namespace Berth.EndToEnd.Tests.Clients;

/// <summary>Docker, where a daemon answers. It takes registries on 127.0.0.1 without TLS.</summary>
public sealed class DockerTests(EndToEndFixture fixture, ITestOutputHelper output) : ClientTests(fixture, output)
{
    [SkippableFact]
    public async Task Docker_gets_back_the_image_that_it_pushed()
    {
        var docker = await RequireDaemonAsync();
        var sample = CreateSample(SampleKind.Image);
        var image = sample.Layout.ReadImage(sample.Digest);
        DockerArchive.Write(Folder.At("image.tar"), Image, image);
        try
        {
            await docker.RunAsync("load", "--input", Folder.At("image.tar"));
            await docker.RunAsync("push", Image);
            await docker.RunAsync("image", "rm", Image);

            await docker.RunAsync("pull", Image);
            await docker.RunAsync("save", "--output", Folder.At("pulled.tar"), Image);
            AssertSameImage(image, DockerArchive.Read(Folder.At("pulled.tar")));
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
        var architectures = ((string[])["amd64", "arm64"]).Zip(
            OciLayout.Children(JsonNode.Parse(sample.Layout.Read(sample.Digest))!, "manifests"),
            (name, digest) => (Name: $"{Image}-{name}", Platform: $"linux/{name}", Digest: digest)).ToList();
        try
        {
            foreach (var (name, _, digest) in architectures)
            {
                DockerArchive.Write(Folder.At("image.tar"), name, sample.Layout.ReadImage(digest));
                await docker.RunAsync("load", "--input", Folder.At("image.tar"));
                await docker.RunAsync("push", name);
                await docker.RunAsync("image", "rm", name);
            }

            await docker.RunAsync(
                ["manifest", "create", "--insecure", Image, .. architectures.Select(one => one.Name)]);
            await docker.RunAsync("manifest", "push", "--insecure", Image);
            foreach (var (_, platform, digest) in architectures)
            {
                await docker.RunAsync("pull", $"--platform={platform}", Image);
                await docker.RunAsync("save", "--output", Folder.At("pulled.tar"), Image);
                AssertSameImage(sample.Layout.ReadImage(digest), DockerArchive.Read(Folder.At("pulled.tar")));
                await docker.RunAsync("image", "rm", Image);
            }
        }
        finally
        {
            await docker.TryRunAsync(
                ["image", "rm", "--force", Image, .. architectures.Select(one => one.Name)]);
        }
    }

    [SkippableFact]
    public async Task Docker_gets_back_the_artifact_that_it_pushed()
    {
        var docker = await RequireDaemonAsync();
        var store = (await docker.RunAsync("info", "--format={{json .DriverStatus}}")).Output;
        Skip.IfNot(
            store.Contains("io.containerd.snapshotter", StringComparison.Ordinal),
            "docker's own image store keeps no artifacts; its containerd store does");
        var sample = CreateSample(SampleKind.Artifact);
        sample.Layout.Pack(Folder.At("artifact.tar"), Image);
        try
        {
            await docker.RunAsync("load", "--input", Folder.At("artifact.tar"));
            await docker.RunAsync("push", Image);
            await AssertPushedAsync(sample);
            await docker.RunAsync("image", "rm", Image);
            await docker.RunAsync("pull", Image);
            await docker.RunAsync("save", "--output", Folder.At("pulled.tar"), Image);
            OciLayout.Unpack(Folder.At("pulled.tar"), Folder.At("pulled"));
            AssertPulled(sample, Folder.At("pulled"));
        }
        finally
        {
            await docker.TryRunAsync("image", "rm", "--force", Image);
        }
    }

    private async Task<ClientProgram> RequireDaemonAsync()
    {
        var docker = Require("docker");
        var info = await docker.TryRunAsync("info", "--format={{.ServerVersion}}");
        Skip.If(
            info.ExitCode != 0 || info.Output.Trim() == "",
            $"no docker daemon answers: {info.Error.Trim().Split('\n')[^1]}");
        return docker;
    }
}
