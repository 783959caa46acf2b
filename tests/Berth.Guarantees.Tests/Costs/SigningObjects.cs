using System.Buffers;
using Berth.Storage;

namespace Berth.Guarantees.Tests.Costs;

/// <summary>A store whose objects clients fetch themselves: signing is the store's work, and costs nothing here.</summary>
internal sealed class SigningObjects(IObjectStore store) : IObjectStore
{
    private static readonly Task<Uri?> Signed = Task.FromResult<Uri?>(new("https://store.example/objects/one?signature=0123456789"));

    public int MinimumPartSize => store.MinimumPartSize;

    public int PartsTogether => store.PartsTogether;

    public int MaximumParts => store.MaximumParts;

    public Task<Uri?> CreateReadUriAsync(string key, ReadUriOptions options, CancellationToken cancellationToken) => Signed;

    public Task<ObjectInfo?> StatAsync(string key, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Stream?> OpenReadAsync(string key, long offset, long? length, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<Page<string>> ListAsync(string prefix, string? after, int limit, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task PutAsync(string key, ReadOnlySequence<byte> content, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<string> BeginUploadAsync(string key, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<string> UploadPartAsync(
        string key, string uploadId, PartPosition part, ReadOnlySequence<byte> content, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task FlushUploadAsync(
        string key, string uploadId, IReadOnlyList<string> receipts, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task CompleteUploadAsync(
        string key, string uploadId, IReadOnlyList<string> receipts, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task AbortUploadAsync(string key, string uploadId, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<Page<UnfinishedUpload>> ListUploadsAsync(
        UnfinishedUpload? after, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task DeleteAsync(string key, CancellationToken cancellationToken) => throw new NotSupportedException();
}
