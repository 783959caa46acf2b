using Berth.EndToEnd.Tests.Content;
using Xunit.Abstractions;

namespace Berth.EndToEnd.Tests.Clients;

public class PodmanTests(EndToEndFixture fixture, ITestOutputHelper output)
    : ContainersStorageTests("podman", fixture, output)
{
    [SkippableFact]
    public async Task Podman_gets_back_the_artifact_that_it_pushed()
    {
        var here = await RequireWithStoreAsync("here");
        var there = await RequireWithStoreAsync("there");
        var version = (await here.RunAsync("version", "--format={{.Client.Version}}")).Output.Trim();
        var canPull = await here.TryRunAsync("artifact", "pull", "--help");
        Skip.If(
            canPull.ExitCode != 0 || !canPull.Output.Contains("artifact pull", StringComparison.Ordinal),
            $"podman {version} has no artifact command; 5.4 and later do");
        var file = Folder.At("file.bin");
        await File.WriteAllBytesAsync(file, Guid.NewGuid().ToByteArray());

        await here.RunAsync("artifact", "add", $"--type={MediaType.Artifact}", Image, file);
        await here.RunAsync("artifact", "push", "--tls-verify=false", Image);
        await there.RunAsync("artifact", "pull", "--tls-verify=false", Image);

        var pulled = Directory.GetFiles(
            Folder.At("store-there"), OciLayout.DigestOf(await File.ReadAllBytesAsync(file))["sha256:".Length..],
            SearchOption.AllDirectories);
        Assert.Equal(await File.ReadAllBytesAsync(file), await File.ReadAllBytesAsync(Assert.Single(pulled)));
        await AssertRedirectedAsync();
    }
}
