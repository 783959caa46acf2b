using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Berth.TestTools.ObjectServer;

/// <summary>One request that a server was asked, as tests look at it.</summary>
public sealed class ServerRequest
{
    internal ServerRequest(HttpContext context)
    {
        Context = context;
        Method = context.Request.Method;
        Host = context.Request.Headers.Host.ToString();
        Headers = context.Request.Headers.ToDictionary(
            header => header.Key, header => string.Join(",", header.Value.ToArray()), StringComparer.OrdinalIgnoreCase);
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var question = target.IndexOf('?', StringComparison.Ordinal);
        (RawPath, RawQuery) = question < 0 ? (target, "") : (target[..question], target[(question + 1)..]);
    }

    public string Method { get; }

    /// <summary>Such as PutObject: the name in the service's API reference; empty before it was found out.</summary>
    public string Operation { get; internal set; } = "";

    /// <summary>The bucket, or empty.</summary>
    public string Bucket { get; internal set; } = "";

    /// <summary>The key, or empty.</summary>
    public string Key { get; internal set; } = "";

    /// <summary>The query, decoded.</summary>
    public IReadOnlyList<(string Name, string Value)> Query { get; internal set; } = [];

    /// <summary>The headers; several of one name are joined by commas.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; }

    /// <summary>What the Host header says.</summary>
    public string Host { get; }

    /// <summary>The status it was answered with; 0 before that, and for good where the connection was dropped.</summary>
    public int Status { get; internal set; }

    /// <summary>The code of the error it was answered with, or <see langword="null"/>.</summary>
    public string? ErrorCode { get; internal set; }

    /// <summary>The path as it was sent.</summary>
    internal string RawPath { get; }

    /// <summary>The query as it was sent.</summary>
    internal string RawQuery { get; }

    internal HttpContext Context { get; }

    /// <summary>A parameter of the query: <see langword="null"/> when it is not there, empty when it has no value.</summary>
    public string? Parameter(string name)
    {
        foreach (var parameter in Query)
        {
            if (parameter.Name == name)
            {
                return parameter.Value;
            }
        }

        return null;
    }

    /// <summary>A header, or <see langword="null"/>.</summary>
    public string? Header(string name) => Headers.GetValueOrDefault(name);

    public override string ToString() => $"{Method} {Operation} {Key} {Status} {ErrorCode}".TrimEnd();

    /// <summary>Decodes the path and the query.</summary>
    /// <returns>The path.</returns>
    internal string Decode()
    {
        try
        {
            Query =
            [
                .. RawQuery.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair =>
                {
                    var equals = pair.IndexOf('=', StringComparison.Ordinal);
                    return equals < 0
                        ? (PercentEncoding.Decode(pair, plusIsSpace: true), "")
                        : (PercentEncoding.Decode(pair[..equals], plusIsSpace: true),
                            PercentEncoding.Decode(pair[(equals + 1)..], plusIsSpace: true));
                }),
            ];
            return PercentEncoding.Decode(RawPath);
        }
        catch (FormatException e)
        {
            throw new ServiceException(400, "InvalidURI", $"Couldn't parse the specified URI. {e.Message}");
        }
    }

    /// <summary>Reads the body as it was sent.</summary>
    internal async Task<byte[]> ReadBodyAsync()
    {
        var cancellation = Context.RequestAborted;
        if (Context.Request.ContentLength is not { } length)
        {
            using var buffer = new MemoryStream();
            await Context.Request.Body.CopyToAsync(buffer, cancellation);
            return buffer.ToArray();
        }

        var body = GC.AllocateUninitializedArray<byte>(checked((int)length));
        await Context.Request.Body.ReadExactlyAsync(body, cancellation);
        return body;
    }
}
