using Microsoft.AspNetCore.Http;

namespace Berth.Endpoints;

/// <summary>RFC 9110, section 13.1.2: a client that has the content already is told so with 304.</summary>
internal static class IfNoneMatch
{
    public static bool Holds(HttpRequest request, string tag)
    {
        foreach (var value in request.Headers.IfNoneMatch)
        {
            foreach (var one in (value ?? "").Split(',', StringSplitOptions.TrimEntries))
            {
                if (one == tag || one == "*" || one == "W/" + tag)
                {
                    return true;
                }
            }
        }
        return false;
    }
}
