using System.Globalization;
using Berth.Errors;
using Berth.Storage;
using Berth.Stores;
using Berth.Telemetry;

namespace Berth.Endpoints;

/// <summary>Receives the chunk that a request brings to an upload, for the three endpoints that take one.</summary>
internal static class UploadBody
{
    private const string Changed = "another request has added to this upload meanwhile";

    /// <summary>Reads the body into the writer; saves nothing.</summary>
    /// <param name="request">The request.</param>
    /// <param name="writer">What receives its body.</param>
    /// <param name="length">How many bytes it must have; <see langword="null"/> for any number.</param>
    public static async Task<RegistryError?> ReceiveAsync(RegistryRequest request, UploadWriter writer, long? length)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted, request.Stopping);
        BerthMetrics.UploadBegins();
        ReceiveResult result;
        try
        {
            result = await writer.ReceiveAsync(request.Http.BodyReader, length ?? long.MaxValue - writer.Length, end.Token);
        }
        finally
        {
            BerthMetrics.UploadEnds();
        }
        request.Bytes = writer.Received;
        return result switch
        {
            ReceiveResult.Broken when request.Stopping.IsCancellationRequested => RegistryError.Stopping(),
            ReceiveResult.Broken => RegistryError.BadRequest(400, "the body ended before its length"),
            ReceiveResult.TooManyParts => RegistryError.UploadInvalid(
                "the upload has too many small chunks; send at least OCI-Chunk-Min-Length bytes in each"),
            ReceiveResult.TailGone => RegistryError.UploadInvalid(Changed),
            _ when length is { } expected && (result == ReceiveResult.TooLong || writer.Received != expected) =>
                RegistryError.SizeInvalid(string.Create(
                    CultureInfo.InvariantCulture, $"the chunk has not the {expected} bytes that were announced")),
            _ => null,
        };
    }

    /// <summary>Saves what the writer received.</summary>
    /// <returns>
    /// The session with it, or an error when another request changed the session meanwhile: nothing of this one counts.
    /// </returns>
    public static async Task<(UploadSession? Session, RegistryError? Error)> SaveAsync(
        RegistryRequest request, UploadStore uploads, StoredUpload upload, UploadWriter writer)
    {
        var next = await writer.SaveAsync();
        // Not the request's token: the client may have gone just after its last byte.
        if (ReferenceEquals(next, upload.Session) ||
            await uploads.TrySaveAsync(upload, next, CancellationToken.None))
        {
            return (next, null);
        }
        await writer.DiscardAsync(next, CancellationToken.None);
        return (null, await LostAsync(request, uploads, upload));
    }

    /// <summary>What to tell a request that lost a race for its session.</summary>
    /// <exception cref="StorageException">It lost to nobody: the session is as it was read, and its tail is gone.</exception>
    public static async Task<RegistryError> LostAsync(
        RegistryRequest request, UploadStore uploads, StoredUpload upload)
    {
        if (await uploads.GetAsync(request.UploadOwner, request.Upload, CancellationToken.None) is not { } winner)
        {
            return RegistryError.UploadUnknown(request.Upload);
        }
        return winner.Version != upload.Version
            ? UploadAnswer.OutOfOrder(request, winner.Session, Changed)
            : throw new StorageException($"the tail of the upload {request.Upload} is gone");
    }
}
