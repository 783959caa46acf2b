using System.Globalization;
using System.Security.Cryptography;
using System.Xml.Linq;

namespace Berth.TestTools.ObjectServer;

/// <summary>PutObject, GetObject, HeadObject, DeleteObject and DeleteMultipleObjects.</summary>
internal sealed class OssObjects(Bucket bucket, ServerRequest request, OssBody body, OssServerOptions options)
{
    private const int MaximumBatch = 1000;

    private static readonly string[] Kept =
        ["Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language", "Expires"];

    /// <summary>Parameters of GetObject that say what a header of the answer is to be.</summary>
    private static readonly Dictionary<string, string> Overrides = new(StringComparer.Ordinal)
    {
        ["response-content-type"] = "Content-Type",
        ["response-content-disposition"] = "Content-Disposition",
        ["response-content-encoding"] = "Content-Encoding",
        ["response-content-language"] = "Content-Language",
        ["response-cache-control"] = "Cache-Control",
        ["response-expires"] = "Expires",
    };

    /// <summary>Objects are dated in whole seconds.</summary>
    public static DateTimeOffset Now(OssServerOptions options) =>
        DateTimeOffset.FromUnixTimeSeconds(options.Time.GetUtcNow().ToUnixTimeSeconds());

#pragma warning disable CA5351 // The service has it.
    public static string ETagOf(ReadOnlyMemory<byte> content) => Convert.ToHexString(MD5.HashData(content.Span));
#pragma warning restore CA5351

    /// <summary>
    /// What x-oss-forbid-overwrite allows. OSS passes over it where the bucket is versioned, or was.
    /// </summary>
    public static Action<StoredObject?> ConditionOf(ServerRequest request, Bucket bucket)
    {
        var isForbidden = request.Header("x-oss-forbid-overwrite") switch
        {
            null or "false" => false,
            "true" => !bucket.IsVersioned,
            var other => throw new ServiceException(
                400, "InvalidArgument", "x-oss-forbid-overwrite must be true or false.", ("ArgumentValue", other)),
        };
        return found =>
        {
            if (isForbidden && found is not null)
            {
                throw new ServiceException(
                    409, "FileAlreadyExists", "The object you specified already exists and can not be overwritten.");
            }
        };
    }

    /// <summary>What an object keeps of the headers that it was written with.</summary>
    public static IReadOnlyList<(string Name, string Value)> HeadersOf(ServerRequest request) =>
    [
        ("Content-Type", request.Header("Content-Type") ?? "application/octet-stream"),
        .. request.Headers
            .Where(header => Kept.Contains(header.Key, StringComparer.OrdinalIgnoreCase)
                || header.Key.StartsWith("x-oss-meta-", StringComparison.OrdinalIgnoreCase)
                || header.Key.StartsWith("x-oss-server-side-encryption", StringComparison.OrdinalIgnoreCase))
            .Select(header => (header.Key, header.Value)),
    ];

    public Answer Put()
    {
        var content = new StoredObject([body.Content], ETagOf(body.Content), Now(options), HeadersOf(request))
        {
            Checksum = new([("x-oss-hash-crc64ecma", body.Crc64)]),
            StorageClass = request.Header("x-oss-storage-class") ?? "Standard",
        };
        bucket.Put(request.Key, content, ConditionOf(request, bucket));
        return Versioned(new Answer(200).With("ETag", $"\"{content.ETag}\"").With(content.Checksum.Value));
    }

    public Answer Get()
    {
        var found = bucket.Find(request.Key)
            ?? throw new ServiceException(404, "NoSuchKey", "The specified key does not exist.", ("Key", request.Key));
        if (request.Header("If-Match") is { } match && match.Trim('"') != found.ETag)
        {
            throw new ServiceException(
                412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold.", ("Condition", "If-Match"));
        }

        if (request.Header("If-None-Match") is { } noMatch && noMatch.Trim('"') == found.ETag)
        {
            return new Answer(304).With("ETag", $"\"{found.ETag}\"");
        }

        var range = FindRange(found.Size);
        var (offset, length) = range is { } part ? (part.Offset, part.Length) : (0, found.Size);
        var answer = new Answer(range is null ? 200 : 206)
        {
            Body = request.Method == "HEAD" ? [] : found.Slice(offset, length),
            Length = length,
        };
        answer.With("ETag", $"\"{found.ETag}\"")
            .With("Last-Modified", found.LastModified.ToString("R", CultureInfo.InvariantCulture))
            .With("Accept-Ranges", "bytes")
            .With("x-oss-object-type", found.ETag.Contains('-', StringComparison.Ordinal) ? "Multipart" : "Normal")
            .With("x-oss-storage-class", found.StorageClass)
            .With(found.Checksum.Value);
        if (range is not null)
        {
            answer.With("Content-Range", $"bytes {offset}-{offset + length - 1}/{found.Size}");
        }

        // Only who signs may ask for other headers; the query was signed, or the request would not be here.
        var overrides = Overrides.Where(pair => request.Parameter(pair.Key) is not null)
            .ToDictionary(pair => pair.Value, pair => request.Parameter(pair.Key)!, StringComparer.OrdinalIgnoreCase);
        return answer.With(found.Headers.Where(header => !overrides.ContainsKey(header.Name)))
            .With(overrides.Select(pair => (pair.Key, pair.Value)));
    }

    public Answer Delete()
    {
        bucket.Remove(request.Key);
        return Versioned(new(204));
    }

    public Answer DeleteMany()
    {
        if (!body.HasMd5)
        {
            throw new ServiceException(400, "MissingArgument", "Missing Some Required Arguments.", ("ArgumentName", "Content-MD5"));
        }

        var document = OssXml.Parse(body.Content, "Delete");
        var keys = document.Elements("Object").Select(element => (string?)element.Element("Key") ?? throw OssXml.Malformed()).ToList();
        if (keys.Count is 0 or > MaximumBatch)
        {
            throw OssXml.Malformed();
        }

        keys.ForEach(bucket.Remove);
        return (string?)document.Element("Quiet") == "true" ? new(200) : Answer.Xml(200, new XElement(
            "DeleteResult",
            request.Parameter("encoding-type") == "url" ? new XElement("EncodingType", "url") : null,
            keys.Select(key => new XElement("Deleted", new XElement("Key", OssXml.Encode(request, key))))));
    }

    /// <summary>A range that the object does not have entirely counts as none, unless x-oss-range-behavior is standard.</summary>
    private ByteRange? FindRange(long size)
    {
        var header = request.Header("Range");
        var range = ByteRange.Parse(header, size);
        if (request.Header("x-oss-range-behavior") == "standard")
        {
            return range is not { IsSatisfiable: false } ? range : throw new ServiceException(
                416, "InvalidRange", "The requested range cannot be satisfied.",
                ("ActualObjectSize", size.ToString(CultureInfo.InvariantCulture)), ("RangeRequested", header!));
        }

        return range is { IsSatisfiable: true } && ByteRange.Parse(header, long.MaxValue) is { } wanted
            && (header!.EndsWith('-') || range.Value.Length == wanted.Length)
            ? range : null;
    }

    private Answer Versioned(Answer answer) =>
        bucket.IsVersioned ? answer.With("x-oss-version-id", Guid.NewGuid().ToString("n")) : answer;
}
