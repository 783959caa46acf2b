using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Microsoft.Azure.Functions.Worker.Extensions.Http.AspNetCore;

/// <summary>The host's limit, which stands before the worker's own.</summary>
internal sealed class RequestBodySizeLimit
{
    private const long Default = 104_857_600;

    private readonly long _bytes = long.TryParse(
        Environment.GetEnvironmentVariable("FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"), NumberStyles.Integer,
        CultureInfo.InvariantCulture, out var bytes) ? bytes : Default;

    /// <summary>Holds one request to the lesser of the two.</summary>
    public void Apply(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
            feature.MaxRequestBodySize = Math.Min(feature.MaxRequestBodySize ?? long.MaxValue, _bytes);
    }
}
