using Berth.EndToEnd.Tests.Content;
using Xunit.Abstractions;

namespace Berth.EndToEnd.Tests.Clients;

public class RegctlTests(EndToEndFixture fixture, ITestOutputHelper output) : ClientTests(fixture, output)
{
    [SkippableTheory]
    [InlineData(SampleKind.Image)]
    [InlineData(SampleKind.Index)]
    [InlineData(SampleKind.Artifact)]
    public async Task Regctl_gets_back_what_it_pushed(SampleKind kind)
    {
        var regctl = Require("regctl");
        var sample = CreateSample(kind);
        await regctl.RunAsync("registry", "set", "--tls=disabled", Server.Host);

        await regctl.RunAsync("image", "copy", $"ocidir://{sample.Layout.Folder}:{Sample.Tag}", Image);
        await AssertPushedAsync(sample);

        await regctl.RunAsync("image", "copy", Image, $"ocidir://{Folder.At("pulled")}:{Sample.Tag}");
        AssertPulled(sample, Folder.At("pulled"));
        await AssertRedirectedAsync();
    }
}
