using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace Berth.TestTools.ObjectServer;

/// <summary>ListObjectsV2, ListObjects and ListMultipartUploads.</summary>
internal sealed class S3Listings(Bucket bucket, ServerRequest request, S3ServerOptions options)
{
    private const int MaximumUploads = 1000;

    private string Prefix => request.Parameter("prefix") ?? "";

    private string Delimiter => request.Parameter("delimiter") ?? "";

    /// <summary>A number of the query.</summary>
    public static int Number(ServerRequest request, string name, int otherwise, int maximum)
    {
        if (request.Parameter(name) is not { } text)
        {
            return otherwise;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? Math.Min(number, maximum)
            : throw S3Xml.InvalidArgument(name, text, $"Provided {name} not an integer or within integer range");
    }

    public Answer ListV2()
    {
        var limit = Number(request, "max-keys", options.MaximumKeys, options.MaximumKeys);
        var token = request.Parameter("continuation-token");
        var start = request.Parameter("start-after") ?? "";
        var page = bucket.List(Prefix, token is null ? start : FromToken(token), Delimiter, limit);
        return Answer.Xml(200, new XElement(
            S3Xml.Namespace + "ListBucketResult",
            Element("Name", bucket.Name),
            Element("Prefix", Encode(Prefix)),
            start.Length > 0 ? Element("StartAfter", Encode(start)) : null,
            token is not null ? Element("ContinuationToken", token) : null,
            page.IsTruncated ? Element("NextContinuationToken", ToToken(page.Last)) : null,
            Element("KeyCount", page.Count),
            Element("MaxKeys", limit),
            Delimiter.Length > 0 ? Element("Delimiter", Encode(Delimiter)) : null,
            IsEncoded() ? Element("EncodingType", "url") : null,
            Element("IsTruncated", page.IsTruncated),
            Contents(page)));
    }

    public Answer ListV1()
    {
        var limit = Number(request, "max-keys", options.MaximumKeys, options.MaximumKeys);
        var marker = request.Parameter("marker") ?? "";
        var page = bucket.List(Prefix, marker, Delimiter, limit);
        return Answer.Xml(200, new XElement(
            S3Xml.Namespace + "ListBucketResult",
            Element("Name", bucket.Name),
            Element("Prefix", Encode(Prefix)),
            Element("Marker", Encode(marker)),
            // Without a delimiter the last key is the next marker.
            page.IsTruncated && Delimiter.Length > 0 ? Element("NextMarker", Encode(page.Last)) : null,
            Element("MaxKeys", limit),
            Delimiter.Length > 0 ? Element("Delimiter", Encode(Delimiter)) : null,
            IsEncoded() ? Element("EncodingType", "url") : null,
            Element("IsTruncated", page.IsTruncated),
            Contents(page)));
    }

    public Answer ListUploads()
    {
        if (Delimiter.Length > 0)
        {
            throw new ServiceException(501, "NotImplemented", "This server lists uploads without a delimiter only.");
        }

        var limit = Number(request, "max-uploads", MaximumUploads, MaximumUploads);
        var (key, id) = (request.Parameter("key-marker") ?? "", request.Parameter("upload-id-marker") ?? "");
        var all = bucket.ListUploads(Prefix);
        var rest = (id.Length > 0 && key.Length > 0
            ? all.SkipWhile(upload => upload.Key != key || upload.Id != id).Skip(1)
            : all.SkipWhile(upload => key.Length > 0 && KeyOrder.Instance.Compare(upload.Key, key) <= 0)).ToList();
        var page = rest.Take(limit).ToList();
        var isTruncated = rest.Count > page.Count && limit > 0;
        return Answer.Xml(200, new XElement(
            S3Xml.Namespace + "ListMultipartUploadsResult",
            Element("Bucket", bucket.Name),
            Element("KeyMarker", Encode(key)),
            Element("UploadIdMarker", id),
            isTruncated ? Element("NextKeyMarker", Encode(page[^1].Key)) : null,
            isTruncated ? Element("NextUploadIdMarker", page[^1].Id) : null,
            Element("Prefix", Encode(Prefix)),
            IsEncoded() ? Element("EncodingType", "url") : null,
            Element("MaxUploads", limit),
            Element("IsTruncated", isTruncated),
            page.Select(upload => new XElement(
                S3Xml.Namespace + "Upload",
                Element("Key", Encode(upload.Key)),
                Element("UploadId", upload.Id),
                Element("StorageClass", upload.StorageClass),
                Element("Initiated", S3Xml.Time(upload.Initiated))))));
    }

    private static XElement Element(string name, object value) => new(S3Xml.Namespace + name, value);

    private IEnumerable<XElement> Contents(ListingPage page) =>
    [
        .. page.Objects.Select(listed => new XElement(
            S3Xml.Namespace + "Contents",
            Element("Key", Encode(listed.Key)),
            Element("LastModified", S3Xml.Time(listed.Object.LastModified)),
            Element("ETag", S3Xml.Quoted(listed.Object.ETag)),
            Element("Size", listed.Object.Size),
            Element("StorageClass", listed.Object.StorageClass))),
        .. page.CommonPrefixes.Select(prefix => new XElement(
            S3Xml.Namespace + "CommonPrefixes", Element("Prefix", Encode(prefix)))),
    ];

    private bool IsEncoded() => request.Parameter("encoding-type") switch
    {
        null => false,
        "url" => true,
        var other => throw S3Xml.InvalidArgument("encoding-type", other, "Invalid Encoding Method specified in Request"),
    };

    private string Encode(string text) => IsEncoded() ? PercentEncoding.Encode(text, kept: "/") : text;

    /// <summary>Opaque, so that no client takes it for a key.</summary>
    private static string ToToken(string last) => $"1/{Convert.ToBase64String(Encoding.UTF8.GetBytes(last))}=";

    private static string FromToken(string token)
    {
        try
        {
            return token.StartsWith("1/", StringComparison.Ordinal) && token.EndsWith('=')
                ? Encoding.UTF8.GetString(Convert.FromBase64String(token[2..^1]))
                : throw new FormatException();
        }
        catch (FormatException)
        {
            throw S3Xml.InvalidArgument("continuation-token", token, "The continuation token provided is incorrect");
        }
    }
}
