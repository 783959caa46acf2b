using Microsoft.AspNetCore.Http;
using Microsoft.Win32.SafeHandles;

namespace Berth;

/// <summary>
/// A connection that lets the system send parts of files: their bytes are neither copied into the process nor out of it. A host
/// that has such connections offers it among the features of a request.
/// </summary>
public interface IFileSender
{
    /// <summary>Sends the head of an answer whose Content-Length is set.</summary>
    /// <returns><see langword="false"/> where something stands between this answer and its connection: its body is to be written
    /// as any other.</returns>
    Task<bool> BeginAsync(HttpResponse response, CancellationToken cancellationToken);

    /// <summary>Sends a part of a file as the next bytes of the body, after <see cref="BeginAsync"/>.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="file">A file open for asynchronous reading, which the caller keeps open until the call ends.</param>
    /// <param name="offset">The part's first byte.</param>
    /// <param name="count">The part's length in bytes, at least 1.</param>
    /// <param name="cancellationToken">Ends the connection.</param>
    /// <exception cref="IOException">Not all of it was sent: the client is gone, or the file ends before.</exception>
    Task SendAsync(
        HttpResponse response, SafeFileHandle file, long offset, int count, CancellationToken cancellationToken);
}
