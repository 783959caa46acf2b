using System.Net;
using Berth.EndToEnd.Tests.Clients;
using Berth.EndToEnd.Tests.Content;
using Berth.EndToEnd.Tests.Processes;
using Xunit.Abstractions;

namespace Berth.EndToEnd.Tests.Server;

/// <summary>The server's life: started by hand, ended politely or not, started again over the same folder.</summary>
public sealed class ProcessTests(EndToEndFixture fixture, ITestOutputHelper output) : EndToEndTest(fixture, output)
{
    private const int Chunk = 1_000_000;

    // More than the sockets between two processes hold, so that the server has read of it.
    private const int StalledBytes = 24_000_000;

    [SkippableFact]
    public async Task The_command_of_the_README_serves_and_keeps_its_data_where_it_was_called()
    {
        var skopeo = RequireSkopeo();
        var sample = CreateSample(SampleKind.Index);
        var here = Folder.Add("here");

        var server = await StartServerByReadmeAsync(here);
        await skopeo.PushAsync(sample, ImageAt(server));
        Assert.Equal(0, await server.TerminateAsync());
        Assert.NotEmpty(Directory.GetFileSystemEntries(Path.Join(here, "data")));

        server = await StartServerByReadmeAsync(here);
        await AssertPullsAsync(skopeo, sample, server);
        Assert.Equal(0, await server.TerminateAsync());
    }

    [SkippableFact]
    public async Task A_killed_server_keeps_what_it_acknowledged_and_shows_nothing_half_written()
    {
        var skopeo = RequireSkopeo();
        var sample = CreateSample(SampleKind.Image);
        var server = await StartServerAsync();
        await skopeo.PushAsync(sample, ImageAt(server));

        var http = new RegistryHttp(server.Address);
        var content = new byte[Chunk + StalledBytes];
        Random.Shared.NextBytes(content);
        var digest = OciLayout.DigestOf(content);
        var upload = await http.AppendAsync(
            await http.StartUploadAsync(Repository), new ByteArrayContent(content, 0, Chunk));
        var whole = await http.StartUploadAsync(Repository);
        using var stalledChunk = new StallingContent(content.AsMemory(Chunk));
        using var stalledBlob = new StallingContent(content);
        var appending = http.AppendAsync(upload, stalledChunk);
        var finishing = http.FinishUploadAsync(whole, digest, stalledBlob);
        await Task.WhenAll(stalledChunk.Stalled, stalledBlob.Stalled).WaitAsync(TimeSpan.FromMinutes(1));
        await server.KillAsync();
        stalledChunk.BreakOff();
        stalledBlob.BreakOff();
        await Assert.ThrowsAsync<HttpRequestException>(() => appending);
        await Assert.ThrowsAsync<HttpRequestException>(() => finishing);

        server = await StartServerAsync();
        await AssertPullsAsync(skopeo, sample, server);
        http = new(server.Address);
        Assert.Equal([Sample.Tag], (await http.GetTagsAsync(Repository))!);
        Assert.Equal(HttpStatusCode.NotFound, await http.HeadBlobAsync(Repository, digest));

        var offset = await http.GetOffsetAsync(upload);
        Assert.InRange(offset, Chunk, content.Length);
        await http.FinishUploadAsync(upload, digest, new ByteArrayContent(content[(int)offset..]));
        Assert.Equal(content, await http.GetBlobAsync(Repository, digest));
    }

    [SkippableFact]
    public async Task A_push_cut_off_by_the_death_of_the_server_is_repeated_with_success()
    {
        var skopeo = RequireSkopeo();
        var sample = Sample.CreateImage(Folder.At("pushed"), layerSize: 100_000_000);
        var server = await StartServerAsync();
        var data = Folder.At("data");
        var before = SizeOf(data);

        var pushing = skopeo.TryPushAsync(sample, ImageAt(server));
        await UntilAsync(() => pushing.IsCompleted || SizeOf(data) > before + 20_000_000);
        await server.KillAsync();
        await pushing;

        server = await StartServerAsync();
        var http = new RegistryHttp(server.Address);
        if (!(await pushing).IsSuccess)
            Assert.Equal(HttpStatusCode.NotFound, await http.HeadManifestAsync(Repository, Sample.Tag));
        await skopeo.PushAsync(sample, ImageAt(server));
        await AssertPullsAsync(skopeo, sample, server);
    }

    private static long SizeOf(string folder) =>
        new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(SizeOf);

    /// <summary>Zero for a file that was moved away since it was listed.</summary>
    private static long SizeOf(FileInfo file) => file.Exists ? file.Length : 0;

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!condition())
            await timer.WaitForNextTickAsync(limit.Token);
    }

    private async Task AssertPullsAsync(Skopeo skopeo, Sample sample, BerthServer server)
    {
        await skopeo.PullAsync(ImageAt(server), Folder.At("pulled"));
        AssertPulled(sample, Folder.At("pulled"));
    }
}
