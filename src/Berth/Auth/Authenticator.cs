using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Berth.Auth.Audit;
using Berth.Auth.Tokens;
using Berth.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Berth.Auth;

/// <summary>Finds out who sends a request, by its <c>Authorization</c> header alone.</summary>
/// <param name="sources">Who knows names and secrets, in the order in which they are asked.</param>
/// <param name="tokens">Who reads bearer tokens; <see langword="null"/> where none are accepted.</param>
/// <param name="throttle">Who refuses those unseen who were wrong too often.</param>
/// <param name="proxies">The networks of those who are believed about a client's address.</param>
internal sealed class Authenticator(
    IReadOnlyList<ICredentialSource> sources, ITokenVerifier? tokens, SignInThrottle throttle,
    IReadOnlyList<IPNetwork> proxies)
{
    private const int LongestName = 255;
    private const int LongestSecret = 16_384;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Finds out who sends a request.</summary>
    public async Task<Authentication> AuthenticateAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var values = context.Request.Headers.Authorization;
        if (values.Count == 0)
        {
            return Authentication.Of(Caller.Anonymous);
        }
        if (IsBasic(values, out var basic))
        {
            return TryReadBasic(basic, out var name, out var secret)
                ? await SignInAsync(context, name, secret, cancellationToken)
                : Told(context, Authentication.Refused("malformed Basic credential"));
        }
        return Told(context, await ReadTokenAsync(values, cancellationToken));
    }
    /// <summary>Asks the sources whose name and secret these are, unless there were too many wrong ones.</summary>
    /// <exception cref="PasswordsBusyException">More passwords are to be checked than may wait.</exception>
    /// <exception cref="StorageException">A source cannot tell, as what it would have to ask does not answer.</exception>
    public async Task<Authentication> SignInAsync(
        HttpContext context, string name, string secret, CancellationToken cancellationToken)
    {
        var result = await TrySignInAsync(context, name, secret, cancellationToken);
        AuditFacts.Of(context).SignedIn(name, result);
        return result;
    }

    private static Authentication Told(HttpContext context, Authentication result)
    {
        AuditFacts.Of(context).Presented(result);
        return result;
    }

    private static bool IsBasic(StringValues authorization, out string parameter)
    {
        parameter = "";
        if (authorization is not [{ } text] || !AuthenticationHeaderValue.TryParse(text, out var header)
            || !header.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }
        parameter = header.Parameter ?? "";
        return true;
    }

    private async Task<Authentication> ReadTokenAsync(StringValues authorization, CancellationToken cancellationToken)
    {
        if (authorization is not [{ } text] || !AuthenticationHeaderValue.TryParse(text, out var header) ||
            header.Parameter is not { Length: > 0 } parameter)
        {
            return Authentication.Refused("malformed Authorization header");
        }
        if (!header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
        {
            return Authentication.Refused("unknown scheme of authentication");
        }
        return tokens is not null && parameter.Length <= LongestSecret
            && await tokens.VerifyAsync(parameter, cancellationToken) is { } caller
            ? Authentication.Of(caller)
            : Authentication.Refused("token not accepted");
    }

    private async Task<Authentication> TrySignInAsync(
        HttpContext context, string name, string secret, CancellationToken cancellationToken)
    {
        if (name.Length > LongestName || secret.Length > LongestSecret)
        {
            return Authentication.Refused("name or secret too long");
        }
        if (throttle.Begin(name, secret, ClientAddress.Of(context, proxies), out var wait) is not { } attempt)
        {
            return Authentication.Throttled(wait);
        }
        // Also where the client does not wait for the answer: what it costs is spent.
        var result = AttemptResult.Failure;
        try
        {
            var answer = await AskAsync(name, secret, cancellationToken);
            result = answer.Result;
            return answer.Authentication;
        }
        catch (Exception exception) when (exception is StorageException or PasswordsBusyException)
        {
            result = AttemptResult.Unknown;
            throw;
        }
        finally
        {
            throttle.End(attempt, result);
        }
    }

    private async Task<(Authentication Authentication, AttemptResult Result)> AskAsync(
        string name, string secret, CancellationToken cancellationToken)
    {
        foreach (var source in sources)
        {
            if (await source.SignInAsync(name, secret, cancellationToken) is { } answer)
            {
                var result = answer switch
                {
                    { Caller: not null } => AttemptResult.Success,
                    { IsGuess: true } => AttemptResult.Failure,
                    _ => AttemptResult.Unknown,
                };
                return (new(answer.Caller, answer.Reason), result);
            }
        }
        // A token that nobody here takes is wrong, and no guess.
        return (
            Authentication.Refused("unknown name"),
            CompactJwt.TryParse(secret, out _) ? AttemptResult.Unknown : AttemptResult.Failure);
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
