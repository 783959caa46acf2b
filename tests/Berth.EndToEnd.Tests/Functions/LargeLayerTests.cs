using System.Globalization;
using Berth.EndToEnd.Tests.Content;
using Berth.EndToEnd.Tests.Processes;
using Berth.EndToEnd.Tests.Server;
using Xunit.Abstractions;

namespace Berth.EndToEnd.Tests.Functions;

/// <summary>Layers larger than the memory of an instance, through the settings that are shipped, into Azurite on disk.</summary>
public sealed class LargeLayerTests(EndToEndFixture fixture, ITestOutputHelper output) : EndToEndTest(fixture, output)
{
    private const long MiB = 1024 * 1024;
    /// <summary>Asks for a layer of another size; 5120 takes minutes, and the disk of it.</summary>
    private const string SizeVariable = "BERTH_TEST_LARGE_LAYER_MIB";

    /// <summary>Ten times what the platform lets through by default.</summary>
    private const long UsualMiB = 1024;

    /// <summary>128 MiB of upload buffers, and as much again for a heap that is collected in the background.</summary>
    private const long Bound = 256 * MiB;

    private readonly ITestOutputHelper _output = output;

    private static HttpClient Client { get; } = new(new SocketsHttpHandler { UseProxy = false })
    {
        Timeout = TimeSpan.FromMinutes(30),
    };

    [SkippableFact]
    public async Task A_layer_of_a_gibibyte_or_more_takes_no_more_memory_than_a_small_one()
    {
        var asked = Environment.GetEnvironmentVariable(SizeVariable);
        var size = asked is null ? UsualMiB : long.Parse(asked, NumberStyles.None, CultureInfo.InvariantCulture);
        Skip.IfNot(OperatingSystem.IsLinux(), "the peak of a process's memory is read from /proc");
        Skip.If(FunctionsApp.IsOfficial, "func's memory is not the worker's");
        var settings = await FunctionsApp.RequireStorageAsync();
        settings["Berth__RedirectEnabled"] = "false"; // both ways through the app
        var app = await StartFunctionsAsync(settings);
        await TransferAsync(app, 16);
        var before = await app.ReadPeakMemoryAsync();

        await TransferAsync(app, size);

        var growth = await app.ReadPeakMemoryAsync() - before;
        _output.WriteLine($"{size} MiB: peak {(before + growth) / MiB} MiB, {growth / MiB} MiB more than for 16 MiB");
        Assert.True(growth < Bound, $"{growth / MiB} MiB more memory for a layer of {size} MiB");
    }

    private async Task TransferAsync(BerthServer app, long size)
    {
        using var layer = new EndlessLayer(size * MiB);
        var http = new RegistryHttp(app.Address);
        var location = await http.StartUploadAsync(Repository);
        using var patch = new HttpRequestMessage(HttpMethod.Patch, new Uri(app.Address, location)) { Content = layer };
        using var appended = await Client.SendAsync(patch);
        Assert.True(appended.IsSuccessStatusCode, await appended.Content.ReadAsStringAsync());
        await http.FinishUploadAsync(location, layer.Digest);

        var blob = new Uri(app.Address, $"/v2/{Repository}/blobs/{layer.Digest}");
        using var pulled = await Client.GetAsync(blob, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(size * MiB, pulled.Content.Headers.ContentLength);
        Assert.Equal(layer.Digest, await EndlessLayer.DigestOfAsync(await pulled.Content.ReadAsStreamAsync()));
    }
}
