using System.Globalization;
using System.Net.Http.Headers;

namespace Berth.Guarantees.Tests.Promises;

/// <summary>A whole answer.</summary>
internal sealed record Answer(int Status, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders, byte[] Body)
{
    /// <summary>Whether the registry could not do it just now, and says so as it promises to.</summary>
    public bool IsFault => Status is 429 or (>= 500 and <= 599 and not 501 and not 505);

    /// <summary>The first value of a header.</summary>
    public string? Header(string name) =>
        Headers.TryGetValues(name, out var values) || ContentHeaders.TryGetValues(name, out values) ? values.First() : null;

    /// <summary>
    /// How many bytes a Range header says there are: "0-n". One byte and none read the same; nobody here uploads one byte.
    /// </summary>
    public long Offset
    {
        get
        {
            var last = long.Parse(
                (Header("Range") ?? throw new PromiseBrokenException($"no Range in {this}")).Split('-')[1],
                CultureInfo.InvariantCulture);
            return last == 0 ? 0 : last + 1;
        }
    }

    public override string ToString() =>
        $"{Status} {(Body.Length < 400 ? System.Text.Encoding.UTF8.GetString(Body) : $"({Body.Length} bytes)")}";
}
