namespace Berth.TestTools.ObjectServer;

/// <summary>
/// What If-Match and If-None-Match allow: docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html.
/// </summary>
internal static class S3Conditions
{
    /// <summary>The condition of a write.</summary>
    public static Action<StoredObject?> OfWrite(ServerRequest request, S3ServerOptions options)
    {
        var absent = Take(request, "If-None-Match", options.WriteConditions == ConditionSupport.Honoured
            ? options.CreateConditions : options.WriteConditions);
        var match = Take(request, "If-Match", options.WriteConditions);
        if (absent is not (null or "*"))
        {
            throw S3Xml.NotImplemented("If-None-Match");
        }

        if (absent is not null && match is not null)
        {
            throw S3Xml.NotImplemented("If-Match");
        }

        return found =>
        {
            if (absent is not null && found is not null)
            {
                throw Failed("If-None-Match");
            }

            RequireMatch(match, found, request.Key, options.ETagQuotes);
        };
    }

    /// <summary>The condition of a deletion.</summary>
    public static Action<StoredObject?> OfDelete(ServerRequest request, S3ServerOptions options)
    {
        var match = Take(request, "If-Match", options.DeleteConditions);
        return found => RequireMatch(match, found, request.Key, options.ETagQuotes);
    }

    /// <summary>The conditions of a read, in the order of RFC 9110.</summary>
    /// <returns>Whether the object is to be answered, and not 304.</returns>
    public static bool AllowRead(ServerRequest request, StoredObject found)
    {
        if (request.Header("If-Match") is { } match)
        {
            if (!Matches(match, found))
            {
                throw Failed("If-Match");
            }
        }
        else if (Time(request, "If-Unmodified-Since") is { } unmodified && found.LastModified > unmodified)
        {
            throw Failed("If-Unmodified-Since");
        }

        return request.Header("If-None-Match") is { } noMatch
            ? !Matches(noMatch, found)
            : Time(request, "If-Modified-Since") is not { } modified || found.LastModified > modified;
    }

    public static ServiceException Failed(string condition) => new(
        412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold", ("Condition", condition));

    private static string? Take(ServerRequest request, string name, ConditionSupport support) => support switch
    {
        ConditionSupport.Honoured => request.Header(name),
        ConditionSupport.Refused when request.Header(name) is not null => throw S3Xml.NotImplemented(name),
        _ => null,
    };

    private static void RequireMatch(string? match, StoredObject? found, string key, ETagQuotes quotes)
    {
        if (match is null)
        {
            return;
        }

        if (found is null)
        {
            throw new ServiceException(404, "NoSuchKey", "The specified key does not exist.", ("Key", key));
        }

        var isQuoted = match.StartsWith('"');
        var isReadable = match == "*" || quotes == ETagQuotes.Optional || isQuoted == (quotes == ETagQuotes.Required);
        if (!isReadable || !Matches(match, found))
        {
            throw Failed("If-Match");
        }
    }

    private static bool Matches(string condition, StoredObject found) => condition.Trim() == "*"
        || condition.Split(',').Any(etag => S3Xml.Unquoted(etag) == found.ETag);

    private static DateTimeOffset? Time(ServerRequest request, string name) =>
        DateTimeOffset.TryParseExact(
            request.Header(name), "R", System.Globalization.CultureInfo.InvariantCulture,
            System.Globalization.DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
