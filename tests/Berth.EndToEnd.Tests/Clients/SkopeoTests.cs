using Berth.EndToEnd.Tests.Content;
using Xunit.Abstractions;

namespace Berth.EndToEnd.Tests.Clients;

public sealed class SkopeoTests(EndToEndFixture fixture, ITestOutputHelper output) : ClientTests(fixture, output)
{
    [SkippableTheory]
    [InlineData(SampleKind.Image)]
    [InlineData(SampleKind.ZstdImage)]
    [InlineData(SampleKind.Index)]
    [InlineData(SampleKind.Artifact)]
    public async Task Skopeo_gets_back_what_it_pushed(SampleKind kind)
    {
        var skopeo = Require("skopeo");
        var sample = CreateSample(kind);

        await skopeo.RunAsync(
            "copy", "--all", "--dest-tls-verify=false", $"oci:{sample.Layout.Folder}:{Sample.Tag}", $"docker://{Image}");
        await AssertPushedAsync(sample);

        await skopeo.RunAsync(
            "copy", "--all", "--src-tls-verify=false", $"docker://{Image}", $"oci:{Folder.At("pulled")}:{Sample.Tag}");
        AssertPulled(sample, Folder.At("pulled"));
    }
}
