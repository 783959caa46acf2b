using System.Net;
using System.Net.Http.Headers;
using System.Web;
using Berth.Storage.Azure;

namespace Berth.Storage.Tests.Azure;

/// <summary>What a signed URL lets its holder do, and nothing else, as Azurite sees it.</summary>
public sealed class SignedUrlTests(AzureFixture azure) : IClassFixture<AzureFixture>
{
    private static readonly ReadUriOptions Grant = new(TimeSpan.FromMinutes(20), "application/octet-stream", "sha256:abc");

    private static readonly HttpClient Http = new();

    private readonly string _key = $"objects/{Guid.NewGuid():N}";

    private BlobObjects Store
    {
        get
        {
            Skip.IfNot(azure.Reason is null, azure.Reason);
            return azure.Objects!;
        }
    }

    [SkippableFact]
    public async Task It_needs_no_header_and_says_what_the_bytes_are()
    {
        using var response = await Http.GetAsync(await SignAsync());

        Assert.Equal(Data.Bytes(1000), await response.Content.ReadAsByteArrayAsync());
        Assert.Equal("application/octet-stream", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("attachment; filename=\"sha256:abc\"", response.Content.Headers.ContentDisposition?.ToString());
    }

    [SkippableFact]
    public async Task It_serves_a_range()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, await SignAsync());
        request.Headers.Range = new RangeHeaderValue(10, 19);
        using var response = await Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        Assert.Equal(Data.Bytes(1000)[10..20], await response.Content.ReadAsByteArrayAsync());
    }

    [SkippableFact]
    public async Task It_reaches_the_blob_by_another_name_of_the_host()
    {
        var uri = new UriBuilder(await SignAsync()) { Host = "localhost" }.Uri;

        Assert.Equal(Data.Bytes(1000), await Http.GetByteArrayAsync(uri));
    }

    [SkippableFact]
    public async Task Another_blob_another_signature_and_no_signature_are_refused()
    {
        var uri = await SignAsync();
        await Store.PutAsync(_key + "2", Data.Bytes(10), CancellationToken.None);
        var query = HttpUtility.ParseQueryString(uri.Query);
        var signature = query["sig"]!;
        query["sig"] = (signature[0] == 'A' ? 'B' : 'A') + signature[1..];

        await RefusesAsync(HttpMethod.Get, new UriBuilder(uri) { Query = query.ToString() }.Uri);
        await RefusesAsync(HttpMethod.Get, new UriBuilder(uri) { Path = uri.AbsolutePath + "2" }.Uri);
        await RefusesAsync(HttpMethod.Get, new UriBuilder(uri) { Query = "" }.Uri);
    }

    [SkippableTheory]
    [InlineData("se", "2099-01-01T00:00:00Z")]
    [InlineData("sp", "rwd")]
    [InlineData("sr", "c")]
    [InlineData("rsct", "text/html")]
    [InlineData("rscd", "inline")]
    public async Task What_it_grants_cannot_be_changed(string parameter, string value)
    {
        var uri = await SignAsync();
        var query = HttpUtility.ParseQueryString(uri.Query);
        Assert.NotNull(query[parameter]);
        query[parameter] = value;

        await RefusesAsync(HttpMethod.Get, new UriBuilder(uri) { Query = query.ToString() }.Uri);
    }

    [SkippableFact]
    public async Task It_expires()
    {
        Skip.IfNot(azure.Reason is null, azure.Reason);
        var earlier = new BlobObjects(new(azure.Options), new Earlier(TimeSpan.FromMinutes(21)));

        await RefusesAsync(HttpMethod.Get, await SignAsync(earlier));
    }

    [SkippableFact]
    public async Task It_writes_deletes_and_lists_nothing()
    {
        var uri = await SignAsync();
        using var put = new HttpRequestMessage(HttpMethod.Put, uri) { Content = new ByteArrayContent([1]) };
        put.Headers.Add("x-ms-blob-type", "BlockBlob");
        await RefusesAsync(put);
        await RefusesAsync(HttpMethod.Delete, uri);
        var container = uri.AbsoluteUri[..uri.AbsoluteUri.IndexOf("/objects/", StringComparison.Ordinal)];
        await RefusesAsync(HttpMethod.Get, new($"{container}{uri.Query}&restype=container&comp=list"));

        Assert.Equal(Data.Bytes(1000), await Store.ReadToEndAsync(_key));
    }

    [SkippableFact]
    public async Task It_is_for_at_most_20_minutes()
    {
        var store = Store;
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() =>
            store.CreateReadUriAsync(_key, Grant with { Lifetime = TimeSpan.FromMinutes(21) }, CancellationToken.None));

        var query = HttpUtility.ParseQueryString((await SignAsync()).Query);
        Assert.Equal("r", query["sp"]);
        Assert.Equal("b", query["sr"]);
    }

    private async Task<Uri> SignAsync(BlobObjects? store = null)
    {
        await Store.PutAsync(_key, Data.Bytes(1000), CancellationToken.None);
        return (await (store ?? Store).CreateReadUriAsync(_key, Grant, CancellationToken.None))!;
    }

    private static async Task RefusesAsync(HttpMethod method, Uri uri)
    {
        using var request = new HttpRequestMessage(method, uri);
        await RefusesAsync(request);
    }

    private static async Task RefusesAsync(HttpRequestMessage request)
    {
        using var response = await Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    private sealed class Earlier(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() - by;
    }
}
