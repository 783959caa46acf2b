using System.Text.Json.Nodes;
using Berth.EndToEnd.Tests.Content;
using Xunit.Abstractions;

namespace Berth.EndToEnd.Tests.Clients;

public class OrasTests(EndToEndFixture fixture, ITestOutputHelper output) : ClientTests(fixture, output)
{
    [SkippableTheory]
    [InlineData(SampleKind.Image)]
    [InlineData(SampleKind.Index)]
    [InlineData(SampleKind.Artifact)]
    public async Task Oras_gets_back_what_it_pushed(SampleKind kind)
    {
        var oras = Require("oras");
        var sample = CreateSample(kind);

        await oras.RunAsync(
            "cp", "--from-oci-layout", $"{sample.Layout.Folder}:{Sample.Tag}", "--to-plain-http", Image);
        await AssertPushedAsync(sample);

        await oras.RunAsync(
            "cp", "--from-plain-http", Image, "--to-oci-layout", $"{Folder.At("pulled")}:{Sample.Tag}");
        AssertPulled(sample, Folder.At("pulled"));
        await AssertRedirectedAsync();
    }

    [SkippableFact]
    public async Task Oras_gets_back_a_file_and_finds_what_was_attached_to_it()
    {
        var oras = Require("oras");
        var content = Guid.NewGuid().ToByteArray();
        await File.WriteAllBytesAsync(Folder.At("file.bin"), content);

        await oras.RunAsync("push", "--plain-http", $"--artifact-type={MediaType.Artifact}", Image, "file.bin");
        await oras.RunAsync("attach", "--plain-http", "--artifact-type=application/vnd.berth.note", Image, "file.bin");
        await oras.RunAsync("pull", "--plain-http", $"--output={Folder.At("pulled")}", Image);
        Assert.Equal(content, await File.ReadAllBytesAsync(Folder.At("pulled/file.bin")));
        await AssertRedirectedAsync();

        var subject = OciLayout.DigestOf(await Http.GetManifestAsync(Repository, Sample.Tag));
        var found = await oras.RunAsync("discover", "--plain-http", "--format=json", Image);
        Assert.Contains("application/vnd.berth.note", found.Output, StringComparison.Ordinal);
        var referrers = JsonNode.Parse(await Http.GetReferrersAsync(Repository, subject))!["manifests"]!.AsArray();
        Assert.Equal("application/vnd.berth.note", (string?)Assert.Single(referrers)!["artifactType"]);
        Assert.Equal([Sample.Tag], (await Http.GetTagsAsync(Repository))!);
    }
}
