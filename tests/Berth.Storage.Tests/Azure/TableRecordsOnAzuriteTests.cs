using System.Globalization;
using Azure.Core.Pipeline;
using Berth.Storage.Azure;

namespace Berth.Storage.Tests.Azure;

/// <summary>What the contract does not ask of every store, over Azurite.</summary>
public sealed class TableRecordsOnAzuriteTests(AzureFixture azure) : IClassFixture<AzureFixture>
{
    private readonly string _partition = $"azurite/{Guid.NewGuid():N}";

    private static CancellationToken None => CancellationToken.None;

    private TableRecords Records
    {
        get
        {
            Skip.IfNot(azure.Reason is null, azure.Reason);
            return azure.Records!;
        }
    }

    [SkippableTheory]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(131_072)]
    public async Task A_value_at_the_edge_of_a_property_comes_back(int size)
    {
        await Records.PutAsync(new(_partition, "row"), Data.Bytes(size), None);

        Data.AssertSame(Data.Bytes(size), (await Records.GetAsync(new(_partition, "row"), None))!.Value.ToArray());
    }

    [SkippableTheory]
    [InlineData("")]
    [InlineData("/")]
    public async Task An_endpoint_may_end_with_a_slash(string end)
    {
        Skip.IfNot(azure.Reason is null, azure.Reason);
        var secret = azure.Options.ConnectionString!.Replace(
            azure.Azurite.TableEndpoint.AbsoluteUri, azure.Azurite.TableEndpoint.AbsoluteUri.TrimEnd('/') + end,
            StringComparison.Ordinal);
        Assert.Contains($"{Azurite.Account}{end};", secret[secret.IndexOf("TableEndpoint", StringComparison.Ordinal)..], StringComparison.Ordinal);
        var records = new TableRecords(new(azure.Options with { ConnectionString = secret }));

        Assert.True(await records.TryCreateAsync(new(_partition, "row"), new byte[1], None));
        Assert.NotNull(await records.GetAsync(new(_partition, "row"), None));
    }

    [SkippableFact]
    public async Task A_value_that_shrinks_leaves_nothing_behind()
    {
        var key = new RecordKey(_partition, "row");
        await Records.PutAsync(key, Data.Bytes(200_000), None);
        await Records.PutAsync(key, Data.Bytes(70_000), None);
        Data.AssertSame(Data.Bytes(70_000), (await Records.GetAsync(key, None))!.Value.ToArray());

        var version = (await Records.GetAsync(key, None))!.Version;
        Assert.True(await Records.TryReplaceAsync(key, Array.Empty<byte>(), version, None));
        Assert.Empty((await Records.GetAsync(key, None))!.Value.ToArray());
    }

    [SkippableTheory]
    [InlineData("\t", 255)]
    [InlineData("~", 255)]
    [InlineData("\\", 255)]
    [InlineData("'", 255)]
    [InlineData("%2F", 80)]
    [InlineData("\uffff", 200)]
    [InlineData("中", 200)]
    [InlineData("😀", 127)]
    public async Task The_longest_keys_of_any_characters_work(string text, int times)
    {
        var row = string.Concat(Enumerable.Repeat(text, times));
        var key = new RecordKey(_partition, row);
        Assert.True(await Records.TryCreateAsync(key, Data.Bytes(9), None));
        Assert.False(await Records.TryCreateAsync(key, Data.Bytes(9), None));

        Assert.Equal(Data.Bytes(9), (await Records.GetAsync(key, None))!.Value.ToArray());
        Assert.Equal([row], (await Records.ListRowsAsync(_partition, null, 10, None)).Items);
        Assert.Empty((await Records.ListRowsAsync(_partition, row, 10, None)).Items);
        Assert.True(await Records.DeleteAsync(key, null, None));
    }

    [SkippableFact]
    public async Task A_partition_whose_key_would_be_too_long_is_a_partition_like_others()
    {
        var tabs = new string('\t', 255);
        foreach (var partition in new[] { $"{tabs}/{tabs}", $"{tabs}/{tabs[1..]}" })
        {
            Assert.Empty((await Records.ListRowsAsync(partition, null, 10, None)).Items);
            Assert.True(await Records.TryCreateAsync(new(partition, "row"), Data.Bytes(9), None));
            Assert.Equal(["row"], (await Records.ListRowsAsync(partition, null, 10, None)).Items);
        }
    }

    [SkippableFact]
    public async Task A_write_whose_answer_is_lost_is_neither_refused_nor_repeated()
    {
        _ = Records;
        var network = new LosingNetwork();
        using var client = new HttpClient(network);
        var records = new TableRecords(new AzureAccount(azure.Options, new HttpClientTransport(client)));
        var key = new RecordKey(_partition, "row");
        Assert.True(await records.TryCreateAsync(new(_partition, "other"), Data.Bytes(1), None)); // there is a table now

        network.LosesNext = true;
        await Assert.ThrowsAsync<StorageException>(() => records.TryCreateAsync(key, Data.Bytes(3, 1), None));
        var created = (await records.GetAsync(key, None))!;
        Assert.Equal(Data.Bytes(3, 1), created.Value.ToArray());

        network.LosesNext = true;
        await Assert.ThrowsAsync<StorageException>(
            () => records.TryReplaceAsync(key, Data.Bytes(3, 2), created.Version, None));
        var replaced = (await records.GetAsync(key, None))!;
        Assert.Equal(Data.Bytes(3, 2), replaced.Value.ToArray());

        network.LosesNext = true;
        await records.PutAsync(key, Data.Bytes(3, 3), None);
        var put = (await records.GetAsync(key, None))!;
        Assert.Equal(Data.Bytes(3, 3), put.Value.ToArray());

        network.LosesNext = true;
        await Assert.ThrowsAsync<StorageException>(() => records.DeleteAsync(key, put.Version, None));
        Assert.Null(await records.GetAsync(key, None));
    }

    [SkippableFact]
    public async Task Another_accounts_key_is_a_fault_and_not_absence()
    {
        _ = Records;
        var options = azure.Options with
        {
            ConnectionString = azure.Azurite.ConnectionString.Replace(
                Azurite.AccountKey, Convert.ToBase64String(new byte[64]), StringComparison.Ordinal),
        };
        var records = new TableRecords(new AzureAccount(options));

        var key = new RecordKey(_partition, "row");
        await Assert.ThrowsAsync<StorageException>(() => records.GetAsync(key, None));
        await Assert.ThrowsAsync<StorageException>(() => records.TryCreateAsync(key, Data.Bytes(1), None));
        await Assert.ThrowsAsync<StorageException>(() => records.DeleteAsync(key, null, None));
    }

    [SkippableFact]
    public async Task A_table_is_created_by_the_first_of_many_writes()
    {
        _ = Records;
        var records = new TableRecords(new AzureAccount(azure.Options with { Table = $"t{Guid.NewGuid():N}" }));
        Assert.Null(await records.GetAsync(new(_partition, "0"), None));
        Assert.Empty((await records.ListAsync(_partition, null, 10, None)).Items);

        var created = await Race.AllAsync(16, racer => records.TryCreateAsync(
            new(_partition, racer.ToString(CultureInfo.InvariantCulture)), Data.Bytes(1), None));

        Assert.All(created, Assert.True);
        Assert.Equal(16, (await records.ListRowsAsync(_partition, null, 100, None)).Items.Count);
    }

    [SkippableFact]
    public async Task A_page_of_a_thousand_knows_whether_more_follow()
    {
        await Race.AllAsync(8, async racer =>
        {
            for (var row = racer; row < 1000; row += 8)
            {
                await Records.PutAsync(new(_partition, $"{row:d4}"), Data.Bytes(1), None);
            }

            return true;
        });
        Assert.False((await Records.ListRowsAsync(_partition, null, 1000, None)).More);
        await Records.PutAsync(new(_partition, "1000"), Data.Bytes(1), None);
        var page = await Records.ListRowsAsync(_partition, null, 1000, None);

        Assert.True(page.More);
        Assert.Equal(Enumerable.Range(0, 1000).Select(row => $"{row:d4}"), page.Items);
        Assert.Equal(["1000"], (await Records.ListRowsAsync(_partition, page.Items[^1], 1000, None)).Items);
    }

    /// <summary>Delivers every request, and loses the answer to one.</summary>
    private sealed class LosingNetwork() : DelegatingHandler(new SocketsHttpHandler())
    {
        public bool LosesNext { get; set; }

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (!LosesNext)
            {
                return response;
            }

            LosesNext = false;
            response.Dispose();
            throw new HttpRequestException("The answer is lost.");
        }
    }
}
