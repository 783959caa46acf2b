using System.Text;
using Berth.EndToEnd.Tests.Content;
using Xunit.Abstractions;

namespace Berth.EndToEnd.Tests.Server;

/// <summary>Two processes over one store, which nobody can tell from one.</summary>
public class TwoServersTests(EndToEndFixture fixture, ITestOutputHelper output) : EndToEndTest(fixture, output)
{
    [SkippableFact]
    public async Task An_upload_goes_on_at_either_server()
    {
        var first = new RegistryHttp((await StartServerAsync()).Address);
        var second = new RegistryHttp((await StartServerAsync()).Address);
        var content = new byte[10_000_000];
        Random.Shared.NextBytes(content);
        var digest = OciLayout.DigestOf(content);

        // Smaller than a part, then more than one, then the rest.
        var location = await first.StartUploadAsync(Repository);
        location = await second.AppendAsync(location, new ByteArrayContent(content[..1000]), offset: 0);
        location = await first.AppendAsync(location, new ByteArrayContent(content[1000..9_000_000]), offset: 1000);
        Assert.Equal(9_000_000, await second.GetOffsetAsync(location));
        await first.FinishUploadAsync(location, digest, new ByteArrayContent(content[9_000_000..]));

        Assert.Equal(content, await second.GetBlobAsync(Repository, digest));
        Assert.Equal(content, await first.GetBlobAsync(Repository, digest));
    }

    [SkippableFact]
    public async Task What_is_pushed_to_one_server_is_pulled_from_the_other()
    {
        var skopeo = RequireSkopeo();
        var first = await StartServerAsync();
        var second = await StartServerAsync();
        var sample = CreateSample(SampleKind.Index);

        await skopeo.PushAsync(sample, ImageAt(first));
        await skopeo.PullAsync(ImageAt(second), Folder.At("pulled"));
        AssertPulled(sample, Folder.At("pulled"));
        Assert.Equal([Repository], await new RegistryHttp(second.Address).GetRepositoriesAsync());
        Assert.Equal([Sample.Tag], (await new RegistryHttp(second.Address).GetTagsAsync(Repository))!);
    }

    [SkippableFact]
    public async Task A_tag_that_one_server_moves_is_moved_on_the_other_at_once()
    {
        var first = new RegistryHttp((await StartServerAsync()).Address);
        var second = new RegistryHttp((await StartServerAsync()).Address);
        foreach (var name in (string[])["one", "two", "three"])
        {
            var index = Encoding.UTF8.GetBytes(
                $$"""{"schemaVersion":2,"mediaType":"{{MediaType.Index}}","manifests":[],"annotations":{"name":"{{name}}"} }""");
            await first.PutManifestAsync(Repository, Sample.Tag, MediaType.Index, index);
            Assert.Equal(index, await second.GetManifestAsync(Repository, Sample.Tag));
            Assert.Equal(index, await second.GetManifestAsync(Repository, OciLayout.DigestOf(index)));
            (first, second) = (second, first);
        }
    }

    [SkippableFact]
    public async Task The_same_image_is_pushed_to_both_servers_at_once()
    {
        var skopeo = RequireSkopeo();
        var first = await StartServerAsync();
        var second = await StartServerAsync();
        var sample = CreateSample(SampleKind.Image);

        await Task.WhenAll(skopeo.PushAsync(sample, ImageAt(first)), skopeo.PushAsync(sample, ImageAt(second)));
        foreach (var server in (Uri[])[first.Address, second.Address])
            AssertSame(sample.ReadAll(), await new RegistryHttp(server).GetAllAsync(Repository, Sample.Tag));
    }
}
