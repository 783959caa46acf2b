using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace Berth.Endpoints;

/// <summary>What is asked of <c>/token</c>: the query of a GET, or the form of a POST.</summary>
internal sealed class TokenRequest
{
    /// <summary>The largest form, in bytes: a federated token as the password and a few scopes.</summary>
    private const int LargestForm = 32 * 1024;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly IEnumerable<KeyValuePair<string, StringValues>> _values;

    private TokenRequest(IEnumerable<KeyValuePair<string, StringValues>> values) => _values = values;

    /// <summary>Every <c>scope</c>.</summary>
    public IEnumerable<string?> Scopes =>
        _values.Where(value => value.Key == "scope").SelectMany(value => (IEnumerable<string?>)value.Value);

    /// <summary>The one value of a parameter; an empty or a repeated one counts as none, as RFC 6749 has it.</summary>
    public string? this[string name] =>
        _values.FirstOrDefault(value => value.Key == name).Value is [{ Length: > 0 } only] ? only : null;

    /// <summary>The query.</summary>
    public static TokenRequest OfQuery(HttpRequest http) => new(http.Query);

    /// <summary>The form in the body.</summary>
    /// <returns><see langword="null"/> where it is no form, or too large.</returns>
    public static async Task<TokenRequest?> OfFormAsync(HttpRequest http, CancellationToken cancellationToken)
    {
        var type = http.ContentType?.Split(';')[0].Trim();
        if (!string.Equals(type, "application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) ||
            http.ContentLength > LargestForm)
        {
            return null;
        }
        var buffer = new byte[LargestForm + 1];
        var count = await http.Body.ReadAtLeastAsync(
            buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        if (count > LargestForm)
        {
            return null;
        }
        try
        {
            using var reader = new FormReader(Utf8.GetString(buffer, 0, count))
            {
                ValueCountLimit = 64,
                KeyLengthLimit = 64,
                ValueLengthLimit = LargestForm,
            };
            return new(reader.ReadForm());
        }
        catch (Exception exception) when (exception is InvalidDataException or DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>Whether a client that keeps no passwords wants a token to ask for others with.</summary>
    public bool WantsRefreshToken => this["offline_token"] == "true" || this["access_type"] == "offline";
}
