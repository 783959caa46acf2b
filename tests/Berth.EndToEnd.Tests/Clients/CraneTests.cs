using Berth.EndToEnd.Tests.Content;
using Xunit.Abstractions;

namespace Berth.EndToEnd.Tests.Clients;

public class CraneTests(EndToEndFixture fixture, ITestOutputHelper output) : ClientTests(fixture, output)
{
    [SkippableTheory]
    [InlineData(SampleKind.Image)]
    [InlineData(SampleKind.Index)]
    [InlineData(SampleKind.Artifact)]
    public async Task Crane_gets_back_what_it_pushed(SampleKind kind)
    {
        var crane = Require("crane", "--insecure");
        var sample = CreateSample(kind);

        await crane.RunAsync("push", sample.Layout.Folder, Image);
        await AssertPushedAsync(sample);

        await crane.RunAsync("pull", "--format=oci", Image, Folder.At("pulled"));
        AssertPulled(sample, Folder.At("pulled"));
        await AssertRedirectedAsync();
    }
}
