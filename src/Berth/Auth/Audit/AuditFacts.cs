using Microsoft.AspNetCore.Http;

namespace Berth.Auth.Audit;

/// <summary>What became known, while a request was answered, of who sends it and why that was believed or not.</summary>
internal sealed class AuditFacts
{
    private const int LongestName = 64;

    /// <summary>Who was proved to send it; <see langword="null"/> where nobody was asked, or the credential was refused.</summary>
    public Caller? Caller { get; private set; }

    /// <summary>The user name that came with a refused credential, where it looks like a name.</summary>
    public string? Name { get; private set; }

    /// <summary>How the client tried to prove it.</summary>
    public string Method { get; private set; } = "none";

    /// <summary>Why the credential was refused; <see langword="null"/> where it was not, or there was none.</summary>
    public string? Refusal { get; private set; }

    /// <summary>What decided over the request, where somebody said it.</summary>
    public string? Rule { get; set; }

    /// <summary>Whether the caller was kept from what it asked for, whatever it was answered: 404 for what it may not know of.</summary>
    public bool IsDenied { get; set; }

    /// <summary>Whether the event of this request was written, or there is none.</summary>
    public bool IsTold { get; set; }

    /// <summary>Those of a request.</summary>
    public static AuditFacts Of(HttpContext context)
    {
        if (context.Features.Get<AuditFacts>() is not { } facts)
        {
            facts = new();
            context.Features.Set(facts);
        }
        return facts;
    }

    /// <summary>A user name and a secret, wherever they stood in the request, were believed or not.</summary>
    public void SignedIn(string name, Authentication result)
    {
        Take("password", result);
        Name = result.Caller is null && LooksLikeName(name) ? name : null;
    }

    /// <summary>A bearer token was believed or not.</summary>
    public void Presented(Authentication result) => Take("token", result);

    private void Take(string method, Authentication result) =>
        (Method, Caller, Refusal) = (method, result.Caller, result.Caller is null ? result.Reason : null);

    /// <summary>People put passwords and tokens where the name belongs: what may be one of Berth's or a JWT is not kept.</summary>
    private static bool LooksLikeName(string name) =>
        name.Length is > 0 and <= LongestName && name.All(letter => char.IsAsciiLetterOrDigit(letter) || "$+._@-".Contains(letter))
        && !name.StartsWith("berth_", StringComparison.OrdinalIgnoreCase) && !name.StartsWith("eyJ", StringComparison.Ordinal);
}
