using System.Buffers;

namespace Berth.Storage;

/// <summary>Counts each call to an object store. Signing a URL and flushing a disk are no calls.</summary>
internal sealed class MeteredObjects(IObjectStore store, StorageMeter meter) : IObjectStore
{
    public int MinimumPartSize => store.MinimumPartSize;

    public int PartsTogether => store.PartsTogether;

    public int MaximumParts => store.MaximumParts;

    public Task<ObjectInfo?> StatAsync(string key, CancellationToken cancellationToken) =>
        meter.CountAsync("objects.stat", () => store.StatAsync(key, cancellationToken));

    public Task<Stream?> OpenReadAsync(string key, long offset, long? length, CancellationToken cancellationToken) =>
        meter.CountAsync("objects.open", () => store.OpenReadAsync(key, offset, length, cancellationToken));

    public Task<Uri?> CreateReadUriAsync(string key, ReadUriOptions options, CancellationToken cancellationToken) =>
        store.CreateReadUriAsync(key, options, cancellationToken);

    public Task PutAsync(string key, ReadOnlySequence<byte> content, CancellationToken cancellationToken) =>
        meter.CountAsync("objects.put", () => store.PutAsync(key, content, cancellationToken));

    public Task<string> BeginUploadAsync(string key, CancellationToken cancellationToken) =>
        meter.CountAsync("objects.begin_upload", () => store.BeginUploadAsync(key, cancellationToken));

    public Task<string> UploadPartAsync(
        string key, string uploadId, PartPosition part, ReadOnlySequence<byte> content,
        CancellationToken cancellationToken) =>
        meter.CountAsync("objects.upload_part", () => store.UploadPartAsync(key, uploadId, part, content, cancellationToken));

    public Task FlushUploadAsync(
        string key, string uploadId, IReadOnlyList<string> receipts, CancellationToken cancellationToken) =>
        store.FlushUploadAsync(key, uploadId, receipts, cancellationToken);

    public Task CompleteUploadAsync(
        string key, string uploadId, IReadOnlyList<string> receipts, CancellationToken cancellationToken) =>
        meter.CountAsync("objects.complete_upload", () => store.CompleteUploadAsync(key, uploadId, receipts, cancellationToken));

    public Task AbortUploadAsync(string key, string uploadId, CancellationToken cancellationToken) =>
        meter.CountAsync("objects.abort_upload", () => store.AbortUploadAsync(key, uploadId, cancellationToken));

    public Task<Page<UnfinishedUpload>> ListUploadsAsync(
        UnfinishedUpload? after, int limit, CancellationToken cancellationToken) =>
        meter.CountAsync("objects.list_uploads", () => store.ListUploadsAsync(after, limit, cancellationToken));

    public Task DeleteAsync(string key, CancellationToken cancellationToken) =>
        meter.CountAsync("objects.delete", () => store.DeleteAsync(key, cancellationToken));

    public Task<Page<string>> ListAsync(
        string prefix, string? after, int limit, CancellationToken cancellationToken) =>
        meter.CountAsync("objects.list", () => store.ListAsync(prefix, after, limit, cancellationToken));
}
