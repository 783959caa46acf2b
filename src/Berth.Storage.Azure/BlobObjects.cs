using System.Buffers;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Berth.Storage.Azure;

/// <summary>Objects as block blobs of one container.</summary>
/// <remarks>
/// <para>An upload is known by its key alone: its parts are blocks that Azure keeps uncommitted, invisible, until the list
/// of them is committed, and drops a week after the last one came. Blocks are named after part and attempt, so two
/// attempts do not meet, and a list may be committed again: blocks that are committed already can be named once
/// more.</para>
/// <para>An upload of no parts that is completed after it was aborted makes an empty object: nothing remembers it.</para>
/// </remarks>
public sealed class BlobObjects : IObjectStore
{
    /// <summary>The key names the upload.</summary>
    private const string OnlyUpload = "blocks";

    private readonly AzureStorageOptions _options;
    private readonly Lazy<BlobContainerClient> _container;
    private readonly CreatedOnNeed _home;
    private readonly Lazy<BlobUrls> _urls;
    private readonly BlobListing _listing;

    internal BlobObjects(AzureAccount account, TimeProvider time, ILogger? logger = null)
    {
        _options = account.Options;
        // The client of the service is small, but its credential is not: none is made before it is needed.
        var service = new Lazy<BlobServiceClient>(() =>
        {
            var options = account.Configure(new BlobClientOptions());
            return _options.ConnectionString is { } connection
                ? new(connection, options)
                : new(_options.BlobServiceUri, account.Credential, options);
        });
        _container = new(() => service.Value.GetBlobContainerClient(_options.Container));
        _home = new(
            $"container '{_options.Container}'", _options.CreateMissing,
            e => e.ErrorCode == BlobErrorCode.ContainerNotFound,
            cancellationToken => _container.Value.CreateIfNotExistsAsync(cancellationToken: cancellationToken));
        _urls = new(() => new(service.Value, time, logger ?? NullLogger.Instance));
        _listing = new(_container);
    }

    /// <summary>
    /// Azure takes parts of any size. This is what an upload cuts when memory is short: smaller parts would be slower and
    /// could run out of numbers.
    /// </summary>
    public int MinimumPartSize => 65_536;

    /// <inheritdoc/>
    public int PartsTogether => 4;

    /// <inheritdoc/>
    public int MaximumParts => 50_000;

    /// <inheritdoc/>
    public Task<ObjectInfo?> StatAsync(string key, CancellationToken cancellationToken)
    {
        var blob = Blob(key);
        return ReadAsync<ObjectInfo?>("look at a blob", null, async () =>
            new((await blob.GetPropertiesAsync(null, cancellationToken)).Value.ContentLength), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<Stream?> OpenReadAsync(string key, long offset, long? length, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length ?? 0, nameof(length));
        var blob = Blob(key);
        return ReadAsync<Stream?>("read a blob", null, async () =>
        {
            if (length == 0) // is no range in HTTP
            {
                await blob.GetPropertiesAsync(null, cancellationToken);
                return Stream.Null;
            }

            try
            {
                var options = new BlobDownloadOptions { Range = new(offset, length) };
                return new BlobReader((await blob.DownloadStreamingAsync(options, cancellationToken)).Value.Content);
            }
            catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.InvalidRange)
            {
                return Stream.Null; // from the object's end, or of an empty one
            }
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<Uri?> CreateReadUriAsync(string key, ReadUriOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var blob = Blob(key);
        return AzureFaults.TranslateAsync(
            "get a key to sign with",
            () => _urls.Value.SignAsync(blob, options, _options.ConnectionString is null, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public Task PutAsync(string key, ReadOnlySequence<byte> content, CancellationToken cancellationToken)
    {
        var blob = Blocks(key);
        return _home.WriteAsync("write a blob", async () =>
        {
            await using var body = new SequenceStream(content);
            var options = new BlobUploadOptions
            {
                // What is smaller than this goes in one call, what is not as blocks and a list of them.
                TransferOptions = new() { InitialTransferSize = content.Length + 1 },
            };
            return await blob.UploadAsync(body, options, cancellationToken);
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<string> BeginUploadAsync(string key, CancellationToken cancellationToken)
    {
        StorageKey.Require(key);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(OnlyUpload);
    }

    /// <inheritdoc/>
    public Task<string> UploadPartAsync(
        string key, string uploadId, PartPosition part, ReadOnlySequence<byte> content,
        CancellationToken cancellationToken)
    {
        part.Require(MaximumParts);
        ArgumentOutOfRangeException.ThrowIfZero(content.Length, nameof(content));
        var blob = Blocks(key);
        var block = new Block(part.Number, part.Attempt);
        return _home.WriteAsync("write a part", async () =>
        {
            await using var body = new SequenceStream(content);
            await blob.StageBlockAsync(block.Id, body, options: null, cancellationToken);
            return block.Receipt;
        }, cancellationToken);
    }

    /// <summary>Azure has made every part durable when it answers.</summary>
    /// <inheritdoc/>
    public Task FlushUploadAsync(
        string key, string uploadId, IReadOnlyList<string> receipts, CancellationToken cancellationToken)
    {
        StorageKey.Require(key);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task CompleteUploadAsync(
        string key, string uploadId, IReadOnlyList<string> receipts, CancellationToken cancellationToken)
    {
        var blob = Blocks(key);
        var ids = Block.IdsOf(receipts);
        return _home.WriteAsync("complete a blob", async () =>
            await blob.CommitBlockListAsync(ids, options: null, cancellationToken), cancellationToken);
    }

    /// <summary>
    /// Committing no blocks drops all others, so an empty object takes their place for a moment; one that is complete
    /// refuses it.
    /// </summary>
    /// <inheritdoc/>
    public Task AbortUploadAsync(string key, string uploadId, CancellationToken cancellationToken)
    {
        var blob = Blocks(key);
        return ReadAsync("abort an upload", false, async () =>
        {
            try
            {
                var onlyIfIncomplete = new CommitBlockListOptions { Conditions = new() { IfNoneMatch = ETag.All } };
                var version = (await blob.CommitBlockListAsync([], onlyIfIncomplete, cancellationToken)).Value.ETag;
                await blob.DeleteAsync(DeleteSnapshotsOption.None, new() { IfMatch = version }, cancellationToken);
                return true;
            }
            catch (RequestFailedException e) when (IsRefusal(e))
            {
                return false;
            }
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        var blob = Blob(key);
        return ReadAsync("delete a blob", true, async () =>
        {
            await blob.DeleteAsync(DeleteSnapshotsOption.None, conditions: null, cancellationToken);
            return true;
        }, cancellationToken);
    }

    /// <summary>
    /// The service continues a listing only where it ended a page itself: a page that follows another from this process
    /// is one call; elsewhere what lies before it is listed first, 5,000 keys a call.
    /// </summary>
    /// <inheritdoc/>
    public Task<Page<string>> ListAsync(
        string prefix, string? after, int limit, CancellationToken cancellationToken)
    {
        StorageKey.RequireListing(prefix, after, limit);
        return ReadAsync("list blobs", new Page<string>([], More: false), () =>
            _listing.ListAsync(prefix, after, limit, cancellationToken), cancellationToken);
    }

    /// <summary>None, without a call: Azure discards blocks that nobody commits a week after the last one came.</summary>
    /// <inheritdoc/>
    public Task<Page<UnfinishedUpload>> ListUploadsAsync(
        UnfinishedUpload? after, int limit, CancellationToken cancellationToken)
    {
        StorageKey.RequireUploads(after, limit);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(new Page<UnfinishedUpload>([], More: false));
    }

    /// <summary>Whether a condition that was sent did not hold. A lease refuses with 412 too, and is a fault.</summary>
    private static bool IsRefusal(RequestFailedException e) =>
        e.ErrorCode == BlobErrorCode.ConditionNotMet || e.ErrorCode == BlobErrorCode.BlobAlreadyExists;

    private BlobClient Blob(string key)
    {
        StorageKey.Require(key);
        return _container.Value.GetBlobClient(BlobNames.Encode(key));
    }

    private BlockBlobClient Blocks(string key)
    {
        StorageKey.Require(key);
        return _container.Value.GetBlockBlobClient(BlobNames.Encode(key));
    }

    /// <summary>Makes a call that a missing blob, or a container that no write has created yet, answers.</summary>
    private Task<T> ReadAsync<T>(string what, T absent, Func<Task<T>> call, CancellationToken cancellationToken) =>
        _home.ReadAsync(what, absent, e => e.ErrorCode == BlobErrorCode.BlobNotFound, call, cancellationToken);
}
