using System.Globalization;
using System.Security.Cryptography;
using System.Xml.Linq;

namespace Berth.TestTools.ObjectServer;

/// <summary>PutObject, GetObject, HeadObject, DeleteObject and DeleteObjects.</summary>
internal sealed class S3Objects(Bucket bucket, ServerRequest request, S3Body body, S3ServerOptions options)
{
    private const int MaximumBatch = 1000;

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

    /// <summary>The quoted-less ETag of bytes: their MD5, but not where a key of KMS encrypts them.</summary>
#pragma warning disable CA5351 // The service has it.
    public static string ETagOf(ReadOnlyMemory<byte> content, IEnumerable<(string Name, string Value)> headers) =>
        S3Headers.IsWithKms(headers)
            ? Guid.NewGuid().ToString("n")
            : Convert.ToHexStringLower(MD5.HashData(content.Span));
#pragma warning restore CA5351

    public Answer Put()
    {
        var condition = S3Conditions.OfWrite(request, options);
        var headers = S3Headers.Of(request);
        // Without a checksum the service computes one itself.
        var checksum = body.Checksum
            ?? new(ChecksumAlgorithm.Named("CRC64NVME")!, ChecksumAlgorithm.Named("CRC64NVME")!.Compute([body.Content]));
        var content = new StoredObject([body.Content], ETagOf(body.Content, headers), S3Uploads.Now(options), headers)
        {
            Checksum = new([(checksum.Algorithm.Header, checksum.Value), ("x-amz-checksum-type", "FULL_OBJECT")]),
            StorageClass = S3Headers.StorageClassOf(request),
        };
        bucket.Put(request.Key, content, condition);
        return new Answer(200).With("ETag", S3Xml.Quoted(content.ETag)).With(S3Headers.EncryptionIn(headers))
            .With(options.UnderstandsChecksums ? content.Checksum.Value : []);
    }

    public Answer Get()
    {
        var found = bucket.Find(request.Key)
            ?? throw new ServiceException(404, "NoSuchKey", "The specified key does not exist.", ("Key", request.Key));
        if (!S3Conditions.AllowRead(request, found))
        {
            return new Answer(304).With("ETag", S3Xml.Quoted(found.ETag));
        }

        var range = ByteRange.Parse(request.Header("Range"), found.Size);
        if (range is { IsSatisfiable: false })
        {
            throw new ServiceException(
                416, "InvalidRange", "The requested range is not satisfiable",
                ("RangeRequested", request.Header("Range")!), ("ActualObjectSize", found.Size.ToString(CultureInfo.InvariantCulture)));
        }

        var (offset, length) = range is { } part ? (part.Offset, part.Length) : (0, found.Size);
        var answer = new Answer(range is null ? 200 : 206)
        {
            Body = request.Method == "HEAD" ? [] : found.Slice(offset, length),
            Length = length,
        };
        answer.With("ETag", S3Xml.Quoted(found.ETag))
            .With("Last-Modified", found.LastModified.ToString("R", CultureInfo.InvariantCulture))
            .With("Accept-Ranges", "bytes");
        if (range is not null)
        {
            answer.With("Content-Range", $"bytes {offset}-{offset + length - 1}/{found.Size}");
        }

        if (found.StorageClass != "STANDARD")
        {
            answer.With("x-amz-storage-class", found.StorageClass);
        }

        if (request.Header("x-amz-checksum-mode") == "ENABLED" && range is null && options.UnderstandsChecksums)
        {
            answer.With(found.Checksum.Value);
        }

        // Only who signs may ask for other headers; the query was signed, or the request would not be here.
        var overrides = Overrides.Where(pair => request.Parameter(pair.Key) is not null)
            .ToDictionary(pair => pair.Value, pair => request.Parameter(pair.Key)!, StringComparer.OrdinalIgnoreCase);
        return answer.With(found.Headers.Where(header => !overrides.ContainsKey(header.Name)))
            .With(overrides.Select(pair => (pair.Key, pair.Value)));
    }

    public Answer Delete()
    {
        bucket.Remove(request.Key, S3Conditions.OfDelete(request, options));
        return new(204);
    }

    public Answer DeleteMany()
    {
        if (!body.HasMd5 && body.Checksum is null)
        {
            throw new ServiceException(400, "InvalidRequest", "Missing required header for this request: Content-MD5 OR x-amz-checksum-*");
        }

        var document = S3Xml.Parse(body.Content, "Delete");
        var isQuiet = (string?)document.Element("Quiet") == "true";
        var objects = document.Elements("Object").ToList();
        if (objects.Count is 0 or > MaximumBatch || document.Elements().Any(element => element.Name != "Object" && element.Name != "Quiet"))
        {
            throw S3Xml.Malformed();
        }

        var result = new XElement(S3Xml.Namespace + "DeleteResult");
        foreach (var element in objects)
        {
            var key = (string?)element.Element("Key") is { Length: > 0 } given ? given : throw S3Xml.Malformed();
            if (element.Elements().Any(child => child.Name != "Key"))
            {
                throw new ServiceException(501, "NotImplemented", "This server deletes by key only.");
            }

            bucket.Remove(key);
            if (!isQuiet)
            {
                result.Add(new XElement(S3Xml.Namespace + "Deleted", new XElement(S3Xml.Namespace + "Key", key)));
            }
        }

        return Answer.Xml(200, result);
    }
}
