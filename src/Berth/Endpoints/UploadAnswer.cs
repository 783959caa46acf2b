using System.Globalization;
using Berth.Content;
using Berth.Errors;
using Berth.Stores;

namespace Berth.Endpoints;

/// <summary>What the answers about an upload have in common.</summary>
internal static class UploadAnswer
{
    /// <summary>Writes the headers that tell a client where to go on, and from which byte.</summary>
    public static void Write(RegistryRequest request, int status, UploadId id, long offset)
    {
        var headers = request.Response.Headers;
        headers.Location = request.UploadPath(id);
        headers["Range"] = Range(offset);
        headers["Docker-Upload-UUID"] = id.ToString();
        request.Response.StatusCode = status;
        if (status != 204)
        {
            request.Response.ContentLength = 0;
        }
    }

    /// <summary>201 with the place of the finished blob.</summary>
    public static void WriteCreated(RegistryRequest request, Digest digest)
    {
        request.Response.Headers.Location = request.BlobPath(digest);
        request.Response.Headers["Docker-Content-Digest"] = digest.ToString();
        request.Response.StatusCode = 201;
        request.Response.ContentLength = 0;
    }

    public static RegistryError OutOfOrder(RegistryRequest request, UploadSession session, string detail) =>
        RegistryError.UploadOutOfOrder(request.UploadPath(request.Upload), Range(session.Offset), detail);

    /// <summary>The inclusive range held. It has no way to say "nothing": an empty upload reads like one byte.</summary>
    private static string Range(long offset) =>
        string.Create(CultureInfo.InvariantCulture, $"0-{Math.Max(0, offset - 1)}");
}
