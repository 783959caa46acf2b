using System.Globalization;
using Berth.Errors;
using Berth.Stores;

namespace Berth.Endpoints;

/// <summary>The Content-Range of a chunk: <c>^[0-9]+-[0-9]+$</c>, both ends inclusive, the first byte the next one due.</summary>
internal static class ContentRange
{
    /// <summary>Checks where the chunk of a request belongs, before its body is read.</summary>
    /// <param name="request">The request.</param>
    /// <param name="session">What it goes on with.</param>
    /// <param name="length">How many bytes the chunk must have; <see langword="null"/> where the client does not say.</param>
    public static RegistryError? Check(RegistryRequest request, UploadSession session, out long? length)
    {
        length = request.Http.ContentLength;
        if (request.Http.Headers.ContentRange is not [var header, ..] || header is null)
        {
            return null;
        }
        var dash = header.IndexOf('-', StringComparison.Ordinal);
        if (dash <= 0 || dash == header.Length - 1 || request.Http.Headers.ContentRange.Count > 1 ||
            !header.AsSpan(0, dash).ContainsOnlyDigits() || !header.AsSpan(dash + 1).ContainsOnlyDigits())
        {
            return RegistryError.UploadInvalid(
                "Content-Range must be <first byte>-<last byte>, both inclusive, like 0-1023");
        }
        if (!TryParse(header[..dash], out var first) || !TryParse(header[(dash + 1)..], out var last) ||
            first != session.Offset)
        {
            return UploadAnswer.OutOfOrder(
                request, session,
                string.Create(CultureInfo.InvariantCulture, $"the next byte of this upload is {session.Offset}"));
        }
        if (last < first)
        {
            return RegistryError.UploadInvalid("Content-Range ends before it begins");
        }
        var range = last - first + 1;
        if (length is { } given && given != range)
        {
            return RegistryError.SizeInvalid(string.Create(
                CultureInfo.InvariantCulture, $"Content-Range names {range} bytes, Content-Length {given}"));
        }
        length = range;
        return null;
    }

    private static bool ContainsOnlyDigits(this ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('0', '9');

    /// <summary>False for a number beyond 64 bits: that byte is out of order in any upload.</summary>
    private static bool TryParse(string digits, out long number) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number < long.MaxValue;
}
