using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Berth.Auth;

/// <summary>Finds out who sends a request, by its <c>Authorization</c> header alone.</summary>
/// <param name="sources">Who knows names and secrets, in the order in which they are asked.</param>
/// <param name="tokens">Who reads bearer tokens; <see langword="null"/> where none are accepted.</param>
internal sealed class Authenticator(IReadOnlyList<ICredentialSource> sources, ITokenVerifier? tokens)
{
    private const int LongestName = 255;
    private const int LongestSecret = 16_384;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <returns>
    /// The caller; the anonymous one where there is no credential; <see langword="null"/> where there is one that is wrong.
    /// </returns>
    public async Task<Caller?> AuthenticateAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var values = request.Headers.Authorization;
        if (values.Count == 0)
        {
            return Caller.Anonymous;
        }
        if (values is not [{ } text] || !AuthenticationHeaderValue.TryParse(text, out var header) ||
            header.Parameter is not { Length: > 0 } parameter)
        {
            return null;
        }
        if (header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
        {
            return tokens is null || parameter.Length > LongestSecret
                ? null
                : await tokens.VerifyAsync(parameter, cancellationToken);
        }
        return header.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase) &&
            TryReadBasic(parameter, out var name, out var secret)
            ? await SignInAsync(name, secret, cancellationToken)
            : null;
    }

    /// <summary>Asks the sources whose name and secret these are.</summary>
    public async Task<Caller?> SignInAsync(string name, string secret, CancellationToken cancellationToken)
    {
        if (name.Length > LongestName || secret.Length > LongestSecret)
        {
            return null;
        }
        foreach (var source in sources)
        {
            if (await source.SignInAsync(name, secret, cancellationToken) is { } answer)
            {
                return answer.Caller;
            }
        }
        return null;
    }

    private static bool TryReadBasic(string parameter, out string name, out string secret)
    {
        (name, secret) = ("", "");
        try
        {
            var text = Utf8.GetString(Convert.FromBase64String(parameter));
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
            {
                return false;
            }
            (name, secret) = (text[..colon], text[(colon + 1)..]);
            return true;
        }
        catch (Exception exception) when (exception is FormatException or DecoderFallbackException)
        {
            return false;
        }
    }
}
