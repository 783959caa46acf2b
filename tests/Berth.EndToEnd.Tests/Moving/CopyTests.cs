using Berth.EndToEnd.Tests.Content;
using Berth.EndToEnd.Tests.Processes;
using Berth.EndToEnd.Tests.Server;
using Berth.TestTools.ObjectServer;
using Xunit.Abstractions;

namespace Berth.EndToEnd.Tests.Moving;

/// <summary>From one provider to another and back, with the command and servers in processes of their own.</summary>
public sealed class CopyTests(EndToEndFixture fixture, ITestOutputHelper output) : MovingTest(fixture, output)
{
    [SkippableFact]
    public async Task A_folder_is_copied_to_Azure_and_back_and_all_three_answer_alike()
    {
        var azurite = await Azurite.SharedAsync();
        Skip.If(azurite.Reason is not null, azurite.Reason);
        var name = $"move{Guid.NewGuid():n}";
        await AssertThereAndBackAsync(
            $"azure://{Azurite.Account}/{name}", $"Table={name}",
            new()
            {
                ["Berth__Storage__Provider"] = "azure",
                ["Berth__Storage__Azure__ConnectionString"] = azurite.ConnectionString,
                ["Berth__Storage__Azure__Container"] = name,
                ["Berth__Storage__Azure__Table"] = name,
            });
    }

    [SkippableFact]
    public async Task A_folder_is_copied_to_S3_and_back_and_all_three_answer_alike()
    {
        await using var s3 = await S3Server.StartAsync();
        var settings = new Dictionary<string, string>
        {
            ["Berth__Storage__Provider"] = "s3",
            ["Berth__Storage__S3__Bucket"] = s3.Options.Bucket,
            ["Berth__Storage__S3__Prefix"] = "moved/here",
            ["Berth__Storage__S3__Region"] = s3.Options.Region,
            ["Berth__Storage__S3__Endpoint"] = s3.Endpoint.AbsoluteUri,
            ["Berth__Storage__S3__AccessKeyId"] = s3.Options.Credentials[0].AccessKeyId,
            ["Berth__Storage__S3__SecretAccessKey"] = s3.Options.Credentials[0].Secret,
        };

        await AssertThereAndBackAsync($"s3://{s3.Options.Bucket}/moved/here", "Checksums=when-required", settings);

        Assert.All(s3.Bucket.Keys, key => Assert.StartsWith("moved/here/", key, StringComparison.Ordinal));
        Assert.Empty(s3.Bucket.UnfinishedUploads);
    }

    [SkippableFact]
    public async Task A_folder_is_copied_to_OSS_and_back_and_all_three_answer_alike()
    {
        var settings = await ObjectServers.OssSettingsAsync("localhost");

        await AssertThereAndBackAsync(
            $"oss://{settings["Berth__Storage__Oss__Bucket"]}/{settings["Berth__Storage__Oss__Prefix"]}", "Oss:Secure=false",
            settings);
    }

    /// <param name="store">The other store, as the command names it.</param>
    /// <param name="detail">A setting of it.</param>
    /// <param name="settings">The same for a server.</param>
    private async Task AssertThereAndBackAsync(
        string store, string detail, Dictionary<string, string> settings)
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
        foreach (var (name, value) in settings)
            Variables[name] = value;

        await MoveAsync("copy", Folder.At("data"), store, "--to", detail);
        var other = await StartServerAsync(settings);
        AssertSame(before, await ReadAllAsync(other.Address));
        Assert.Equal(
            await http.GetReferrersAsync("samples/image", subject.Digest),
            await new RegistryHttp(other.Address).GetReferrersAsync("samples/image", subject.Digest));
        await AssertPulledAsync(samples, other);

        var again = await MoveAsync("copy", Folder.At("data"), store, "--to", detail);
        Assert.Contains("nothing to copy: ", again.Output, StringComparison.Ordinal);

        await MoveAsync("copy", store, Folder.At("back"), "--from", detail);
        var back = await StartServerAsync(new Dictionary<string, string>
        {
            ["Berth__Storage__FileSystem__Root"] = Folder.At("back"),
        });
        AssertSame(before, await ReadAllAsync(back.Address));
    }
}
