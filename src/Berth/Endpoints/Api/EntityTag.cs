using System.Security.Cryptography;
using System.Text;

namespace Berth.Endpoints.Api;

/// <summary>The version of a record as <c>ETag</c> and <c>If-Match</c> of RFC 9110 write it.</summary>
internal static class EntityTag
{
    public static void Write(RegistryRequest request, string version) => request.Response.Headers.ETag = Of(version);

    /// <summary>Whether the client means this version, or whichever there is.</summary>
    public static bool IsMeant(RegistryRequest request, string version)
    {
        var wanted = request.Http.Headers.IfMatch;
        return wanted.Count == 0 || string.Join(',', wanted.AsEnumerable()).Split(',', StringSplitOptions.TrimEntries)
            .Any(one => one == "*" || one == Of(version));
    }

    /// <summary>Stores' versions may hold any character: a hash of one holds none that a header forbids.</summary>
    private static string Of(string version) =>
        $"\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(version)), 0, 8)}\"";
}
