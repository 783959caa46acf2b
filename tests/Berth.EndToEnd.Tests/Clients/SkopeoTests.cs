using Berth.EndToEnd.Tests.Content;
using Xunit.Abstractions;

namespace Berth.EndToEnd.Tests.Clients;

public class SkopeoTests(EndToEndFixture fixture, ITestOutputHelper output) : ClientTests(fixture, output)
{
    [SkippableTheory]
    [InlineData(SampleKind.Image)]
    [InlineData(SampleKind.ZstdImage)]
    [InlineData(SampleKind.Index)]
    [InlineData(SampleKind.Artifact)]
    public async Task Skopeo_gets_back_what_it_pushed(SampleKind kind)
    {
        var skopeo = RequireSkopeo();
        var sample = CreateSample(kind);

        await skopeo.PushAsync(sample, Image);
        await AssertPushedAsync(sample);

        await skopeo.PullAsync(Image, Folder.At("pulled"));
        AssertPulled(sample, Folder.At("pulled"));
        await AssertRedirectedAsync();
    }
}
