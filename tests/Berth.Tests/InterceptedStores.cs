using System.Buffers;
using System.Runtime.CompilerServices;
using Berth.Storage;
using Record = Berth.Storage.Record;

namespace Berth.Tests;

/// <summary>An object store whose calls a test fails or holds back.</summary>
internal sealed class InterceptedObjects(IObjectStore store, Interception interception) : IObjectStore
{
    public int MinimumPartSize => store.MinimumPartSize;

    public int PartsTogether => store.PartsTogether;

    public int MaximumParts => store.MaximumParts;

    public Task<ObjectInfo?> StatAsync(string key, CancellationToken cancellationToken) =>
        CallAsync(key, () => store.StatAsync(key, cancellationToken));

    public Task<Stream?> OpenReadAsync(string key, long offset, long? length, CancellationToken cancellationToken) =>
        CallAsync(key, async () =>
            await store.OpenReadAsync(key, offset, length, cancellationToken) is { } stream ? interception.Opened(stream) : null);

    public Task<Uri?> CreateReadUriAsync(string key, ReadUriOptions options, CancellationToken cancellationToken) =>
        Task.FromResult(interception.Sign($"{key}?type={options.ContentType}&name={options.FileName}&for={options.Lifetime}"));

    public Task PutAsync(string key, ReadOnlySequence<byte> content, CancellationToken cancellationToken) =>
        interception.CallAsync("Objects.PutAsync", key, () => store.PutAsync(key, content, cancellationToken));

    public Task<string> BeginUploadAsync(string key, CancellationToken cancellationToken) =>
        CallAsync(key, () => store.BeginUploadAsync(key, cancellationToken));

    public Task<string> UploadPartAsync(
        string key, string uploadId, PartPosition part, ReadOnlySequence<byte> content,
        CancellationToken cancellationToken) =>
        CallAsync(key, () => store.UploadPartAsync(key, uploadId, part, content, cancellationToken));

    public Task FlushUploadAsync(
        string key, string uploadId, IReadOnlyList<string> receipts, CancellationToken cancellationToken) =>
        interception.CallAsync(
            "Objects.FlushUploadAsync", key, () => store.FlushUploadAsync(key, uploadId, receipts, cancellationToken));

    public Task CompleteUploadAsync(
        string key, string uploadId, IReadOnlyList<string> receipts, CancellationToken cancellationToken) =>
        interception.CallAsync(
            "Objects.CompleteUploadAsync", key, () => store.CompleteUploadAsync(key, uploadId, receipts, cancellationToken));

    public Task AbortUploadAsync(string key, string uploadId, CancellationToken cancellationToken) =>
        interception.CallAsync(
            "Objects.AbortUploadAsync", key, () => store.AbortUploadAsync(key, uploadId, cancellationToken));

    public Task DeleteAsync(string key, CancellationToken cancellationToken) =>
        interception.CallAsync("Objects.DeleteAsync", key, () => store.DeleteAsync(key, cancellationToken));

    public Task<Page<string>> ListAsync(string prefix, string? after, int limit, CancellationToken cancellationToken) =>
        CallAsync(prefix, () => store.ListAsync(prefix, after, limit, cancellationToken));

    public Task<Page<UnfinishedUpload>> ListUploadsAsync(
        UnfinishedUpload? after, int limit, CancellationToken cancellationToken) =>
        CallAsync("", () => store.ListUploadsAsync(after, limit, cancellationToken));

    private Task<T> CallAsync<T>(string key, Func<Task<T>> call, [CallerMemberName] string name = "") =>
        interception.CallAsync("Objects." + name, key, call);
}

/// <summary>A record store whose calls a test fails or holds back.</summary>
internal sealed class InterceptedRecords(IRecordStore store, Interception interception) : IRecordStore
{
    public Task<Record?> GetAsync(RecordKey key, CancellationToken cancellationToken) =>
        CallAsync(key, () => store.GetAsync(key, cancellationToken));

    public Task<bool> TryCreateAsync(RecordKey key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) =>
        CallAsync(key, () => store.TryCreateAsync(key, value, cancellationToken));

    public Task EnsureAsync(RecordKey key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) =>
        interception.CallAsync(
            "Records.EnsureAsync", $"{key.Partition}/{key.Row}", () => store.EnsureAsync(key, value, cancellationToken));

    public Task<bool> TryReplaceAsync(
        RecordKey key, ReadOnlyMemory<byte> value, string version, CancellationToken cancellationToken) =>
        CallAsync(key, () => store.TryReplaceAsync(key, value, version, cancellationToken));

    public Task PutAsync(RecordKey key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) =>
        interception.CallAsync(
            "Records.PutAsync", $"{key.Partition}/{key.Row}", () => store.PutAsync(key, value, cancellationToken));

    public Task<bool> DeleteAsync(RecordKey key, string? version, CancellationToken cancellationToken) =>
        CallAsync(key, () => store.DeleteAsync(key, version, cancellationToken));

    public Task<Page<string>> ListRowsAsync(
        string partition, string? after, int limit, CancellationToken cancellationToken) =>
        CallAsync(new(partition, ""), () => store.ListRowsAsync(partition, after, limit, cancellationToken));

    public Task<Page<RecordEntry>> ListAsync(
        string partition, string? after, int limit, CancellationToken cancellationToken) =>
        CallAsync(new(partition, ""), () => store.ListAsync(partition, after, limit, cancellationToken));

    public Task<Page<RecordKey>> ListTreeAsync(
        string root, RecordKey? after, int limit, CancellationToken cancellationToken) =>
        CallAsync(new(root, ""), () => store.ListTreeAsync(root, after, limit, cancellationToken));

    private Task<T> CallAsync<T>(RecordKey key, Func<Task<T>> call, [CallerMemberName] string name = "") =>
        interception.CallAsync("Records." + name, $"{key.Partition}/{key.Row}", call);
}
