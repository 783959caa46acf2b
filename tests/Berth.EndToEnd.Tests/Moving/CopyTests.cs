using Berth.EndToEnd.Tests.Content;
using Berth.EndToEnd.Tests.Processes;
using Berth.EndToEnd.Tests.Server;
using Xunit.Abstractions;

namespace Berth.EndToEnd.Tests.Moving;

/// <summary>From one provider to another and back, with the command and servers in processes of their own.</summary>
public sealed class CopyTests(EndToEndFixture fixture, ITestOutputHelper output) : MovingTest(fixture, output)
{
    private readonly ITestOutputHelper _output = output;

    [SkippableFact]
    public async Task A_folder_is_copied_to_Azure_and_back_and_all_three_answer_alike()
    {
        var azurite = await Azurite.SharedAsync();
        Skip.If(azurite.Reason is not null, azurite.Reason);
        var name = $"move{Guid.NewGuid():n}";
        await AssertThereAndBackAsync(
            [$"azure://{Azurite.Account}/{name}"], $"Table={name}",
            new()
            {
                ["Berth__Storage__Provider"] = "azure",
                ["Berth__Storage__Azure__ConnectionString"] = azurite.ConnectionString,
                ["Berth__Storage__Azure__Container"] = name,
                ["Berth__Storage__Azure__Table"] = name,
            });
    }

    /// <param name="store">The other store, as the command names it.</param>
    /// <param name="detail">A setting of it.</param>
    /// <param name="settings">The same for a server.</param>
    private async Task AssertThereAndBackAsync(
        string[] store, string detail, Dictionary<string, string> settings)
    {
        var source = await StartServerAsync();
        var samples = await PushSamplesAsync(source.Host);
        var http = new RegistryHttp(source.Address);
        var subject = samples["samples/image"];
        var referrer = System.Text.Encoding.UTF8.GetBytes(
            $$"""
            {"schemaVersion":2,"mediaType":"{{MediaType.Index}}","artifactType":"application/vnd.example","manifests":[],
            "subject":{"mediaType":"{{MediaType.Manifest}}","digest":"{{subject.Digest}}","size":1} }
            """);
        await http.PutManifestAsync("samples/image", OciLayout.DigestOf(referrer), MediaType.Index, referrer);
        var before = await ReadAllAsync(source.Address);
        var variables = settings.ToDictionary(entry => entry.Key, entry => (string?)entry.Value);

        (await BerthTool.RunAsync(_output, variables, ["copy", Folder.At("data"), .. store, "--to", detail])).MustSucceed();
        var other = await StartServerAsync(settings);
        AssertSame(before, await ReadAllAsync(other.Address));
        Assert.Equal(
            await http.GetReferrersAsync("samples/image", subject.Digest),
            await new RegistryHttp(other.Address).GetReferrersAsync("samples/image", subject.Digest));
        await AssertPulledAsync(samples, other);

        var again = await BerthTool.RunAsync(_output, variables, ["copy", Folder.At("data"), .. store, "--to", detail]);
        Assert.Contains("nothing to copy: ", again.MustSucceed().Output, StringComparison.Ordinal);

        (await BerthTool.RunAsync(_output, variables, ["copy", .. store, Folder.At("back"), "--from", detail])).MustSucceed();
        var back = await StartServerAsync(new Dictionary<string, string>
        {
            ["Berth__Storage__FileSystem__Root"] = Folder.At("back"),
        });
        AssertSame(before, await ReadAllAsync(back.Address));
    }
}
