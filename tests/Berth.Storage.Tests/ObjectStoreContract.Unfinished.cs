namespace Berth.Storage.Tests;

/// <summary>Listing uploads in parts that are not over.</summary>
public abstract partial class ObjectStoreContract
{
    [SkippableFact]
    public async Task An_upload_is_listed_from_its_beginning_to_its_end()
    {
        var bare = await BeginAsync("bare");
        var sent = await BeginAsync("sent");
        var completed = await BeginAsync("completed");
        var aborted = await BeginAsync("aborted");
        await PartAsync(sent.Key, sent.UploadId, 1, 0, Data.Bytes(PartSize));
        var receipt = await PartAsync(completed.Key, completed.UploadId, 1, 0, Data.Bytes(10));
        await ListsAsync(bare, sent, completed, aborted);

        await Store.CompleteUploadAsync(completed.Key, completed.UploadId, [receipt], None);
        await Store.AbortUploadAsync(aborted.Key, aborted.UploadId, None);
        await ListsAsync(bare, sent);

        await Store.AbortUploadAsync(bare.Key, bare.UploadId, None);
        await Store.AbortUploadAsync(sent.Key, sent.UploadId, None);
        await ListsAsync();
        Assert.Equal([completed.Key], (await Store.ListAsync(_folder + "/", null, 10, None)).Items);
    }

    [SkippableFact]
    public async Task Unfinished_uploads_are_listed_page_after_page_also_two_of_one_key()
    {
        var uploads = new List<UnfinishedUpload>();
        foreach (var name in new[] { "b", "a", "b1", "b", "a", "b", "c/d", "é" })
        {
            uploads.Add(await BeginAsync(name));
        }

        for (var limit = 1; limit <= uploads.Count + 1; limit++)
        {
            await ListsAsync(limit, [.. uploads]);
        }

        await ListsAsync([.. uploads]);
    }

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1000)]
    public async Task Unfinished_uploads_are_listed_on_after_one_that_is_over(int limit)
    {
        Skip.IfNot(listsUploads, "This store discards unfinished uploads by itself.");
        var uploads = new List<UnfinishedUpload>();
        foreach (var name in new[] { "a", "b", "b", "b", "b1", "c", "d/d", "e" })
        {
            uploads.Add(await BeginAsync(name));
        }

        var seen = new List<UnfinishedUpload>();
        Page<UnfinishedUpload> page;
        UnfinishedUpload? after = null;
        do
        {
            page = await Store.ListUploadsAsync(after, limit, None);
            foreach (var upload in page.Items.Where(IsOurs))
            {
                seen.Add(upload);
                await Store.AbortUploadAsync(upload.Key, upload.UploadId, None);
            }

            after = page.Items.Count > 0 ? page.Items[^1] : after;
        }
        while (page.More);

        Assert.Equal(uploads.Count, seen.Count);
        Assert.True(uploads.ToHashSet().SetEquals(seen));
        await ListsAsync();
    }

    [SkippableFact]
    public async Task Unfinished_uploads_have_the_keys_they_were_begun_with()
    {
        var uploads = new List<UnfinishedUpload>();
        foreach (var segment in HostileSegments.Where((_, index) => index % 4 == 0).Append(new string('A', 255)))
        {
            uploads.Add(await BeginAsync($"strange/{segment}"));
        }

        await ListsAsync([.. uploads]);
    }

    [SkippableFact]
    public async Task A_listing_of_uploads_that_cannot_be_is_refused()
    {
        foreach (var after in new UnfinishedUpload[] { default, new("", "a"), new("a/", "b"), new("a", ""), new("a", null!) })
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.ListUploadsAsync(after, 10, None));
        }

        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.ListUploadsAsync(null, 0, None));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.ListUploadsAsync(null, 1001, None));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Store.ListUploadsAsync(null, 10, new CancellationToken(canceled: true)));
    }

    private async Task<UnfinishedUpload> BeginAsync(string name) =>
        new(Key(name), await Store.BeginUploadAsync(Key(name), None));

    /// <summary>Whether an upload is this test's: others of the class leave theirs.</summary>
    private bool IsOurs(UnfinishedUpload upload) => upload.Key.StartsWith(_folder + "/", StringComparison.Ordinal);

    private Task ListsAsync(params UnfinishedUpload[] expected) => ListsAsync(1000, expected);

    /// <summary>Checks that all pages together have just these of this test's uploads, or none where the store lists none.</summary>
    private async Task ListsAsync(int limit, UnfinishedUpload[] expected)
    {
        var uploads = new List<UnfinishedUpload>();
        Page<UnfinishedUpload> page;
        do
        {
            page = await Store.ListUploadsAsync(uploads.Count == 0 ? null : uploads[^1], limit, None);
            Assert.InRange(page.Items.Count, page.More ? 1 : 0, limit);
            uploads.AddRange(page.Items);
            Assert.InRange(uploads.Count, 0, 5000); // else it goes in a circle
        }
        while (page.More);

        Assert.Equal(uploads.Count, uploads.Distinct().Count());
        Assert.True((listsUploads ? expected : []).ToHashSet().SetEquals(uploads.Where(IsOurs)));
    }
}
