using System.Text;
using System.Text.RegularExpressions;

namespace Aliyun.OSS;

/// <summary>A call before it is signed: of a bucket, or of an object in it.</summary>
internal sealed partial class ServiceRequest(HttpMethod method, string bucket, string? key)
{
    private const string Unreserved = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~";

    public HttpMethod Method => method;

    public Dictionary<string, string> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The query. An empty value is a name without one.</summary>
    public SortedDictionary<string, string> Parameters { get; } = new(StringComparer.Ordinal);

    public Stream? Content { get; init; }

    /// <summary>What a signature names, not escaped.</summary>
    public string Resource => $"/{bucket}/{key}";

    /// <summary>The address. The bucket is in the host's name, or in the path where there is a number instead of a name.</summary>
    public Uri Address(Uri endpoint, bool isCname)
    {
        var isNumber = AddressPattern().IsMatch(endpoint.Host);
        var host = isCname || isNumber ? endpoint.Host : $"{bucket}.{endpoint.Host}";
        var port = endpoint.IsDefaultPort ? "" : $":{endpoint.Port}";
        var path = Escape(isNumber ? $"{bucket}/{key}" : key ?? "", alsoAllowed: '/');
        var query = string.Join('&', Parameters.Select(parameter =>
            parameter.Value.Length == 0 ? parameter.Key : $"{parameter.Key}={Escape(parameter.Value)}"));
        return new($"{endpoint.Scheme}://{host}{port}/{path}{(query.Length == 0 ? "" : "?")}{query}");
    }

    public static string Escape(string text, char? alsoAllowed = null)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var unit in Encoding.UTF8.GetBytes(text))
        {
            if (Unreserved.Contains((char)unit, StringComparison.Ordinal) || unit == alsoAllowed)
                escaped.Append((char)unit);
            else
                escaped.Append('%').Append(Convert.ToHexString([unit]));
        }

        return escaped.ToString();
    }

    [GeneratedRegex(@"\A([0-9]{1,3}\.){3}[0-9]{1,3}\z", RegexOptions.CultureInvariant)]
    private static partial Regex AddressPattern();
}
