using System.Text;
using System.Xml.Linq;

namespace Berth.TestTools.ObjectServer;

/// <summary>ListObjectsV2, ListObjects and ListMultipartUploads.</summary>
internal sealed class OssListings(Bucket bucket, ServerRequest request)
{
    private const int DefaultKeys = 100;
    private const int Maximum = 1000;

    private string Prefix => request.Parameter("prefix") ?? "";

    private string Delimiter => request.Parameter("delimiter") ?? "";

    private int Limit => OssXml.Number(request, "max-keys", DefaultKeys, 1, Maximum);

    public Answer ListV2()
    {
        var token = request.Parameter("continuation-token");
        var start = request.Parameter("start-after") ?? "";
        var page = bucket.List(Prefix, token is null ? start : FromToken(token), Delimiter, Limit);
        return Answer.Xml(200, new XElement(
            "ListBucketResult",
            Common(page),
            new XElement("StartAfter", Encode(start)),
            token is null ? null : new XElement("ContinuationToken", token),
            page.IsTruncated
                ? new XElement("NextContinuationToken", Convert.ToBase64String(Encoding.UTF8.GetBytes(page.Last))) : null,
            new XElement("KeyCount", page.Count)));
    }

    public Answer ListV1()
    {
        var marker = request.Parameter("marker") ?? "";
        var page = bucket.List(Prefix, marker, Delimiter, Limit);
        return Answer.Xml(200, new XElement(
            "ListBucketResult",
            Common(page),
            new XElement("Marker", Encode(marker)),
            page.IsTruncated ? new XElement("NextMarker", Encode(page.Last)) : null));
    }

    public Answer ListUploads()
    {
        if (Delimiter.Length > 0)
        {
            throw new ServiceException(501, "NotImplemented", "This server lists uploads without a delimiter only.");
        }

        var limit = OssXml.Number(request, "max-uploads", Maximum, 1, Maximum);
        var (key, id) = (request.Parameter("key-marker") ?? "", request.Parameter("upload-id-marker") ?? "");
        var all = bucket.ListUploads(Prefix);
        var rest = (id.Length > 0 && key.Length > 0
            ? all.SkipWhile(upload => upload.Key != key || upload.Id != id).Skip(1)
            : all.SkipWhile(upload => key.Length > 0 && KeyOrder.Instance.Compare(upload.Key, key) <= 0)).ToList();
        var page = rest.Take(limit).ToList();
        return Answer.Xml(200, new XElement(
            "ListMultipartUploadsResult",
            request.Parameter("encoding-type") is { } encoding ? new XElement("EncodingType", encoding) : null,
            new XElement("Bucket", bucket.Name),
            new XElement("KeyMarker", Encode(key)),
            new XElement("UploadIdMarker", id),
            new XElement("NextKeyMarker", page.Count == 0 ? "" : Encode(page[^1].Key)),
            new XElement("NextUploadIdMarker", page.Count == 0 ? "" : page[^1].Id),
            new XElement("Prefix", Encode(Prefix)),
            new XElement("MaxUploads", limit),
            new XElement("IsTruncated", rest.Count > page.Count),
            page.Select(upload => new XElement(
                "Upload",
                new XElement("Key", Encode(upload.Key)),
                new XElement("UploadId", upload.Id),
                new XElement("StorageClass", upload.StorageClass),
                new XElement("Initiated", S3Xml.Time(upload.Initiated))))));
    }

    private static string FromToken(string token)
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(token));
        }
        catch (FormatException)
        {
            throw new ServiceException(
                400, "InvalidArgument", "The continuation token is invalid.", ("ArgumentName", "continuation-token"));
        }
    }

    private IEnumerable<XElement?> Common(ListingPage page) =>
    [
        new("Name", bucket.Name),
        new("Prefix", Encode(Prefix)),
        new("MaxKeys", Limit),
        new("Delimiter", Encode(Delimiter)),
        request.Parameter("encoding-type") is { } encoding ? new("EncodingType", encoding) : null,
        new("IsTruncated", page.IsTruncated),
        .. page.Objects.Select(listed => new XElement(
            "Contents",
            new XElement("Key", Encode(listed.Key)),
            new XElement("LastModified", S3Xml.Time(listed.Object.LastModified)),
            new XElement("ETag", $"\"{listed.Object.ETag}\""),
            new XElement("Type", listed.Object.ETag.Contains('-', StringComparison.Ordinal) ? "Multipart" : "Normal"),
            new XElement("Size", listed.Object.Size),
            new XElement("StorageClass", listed.Object.StorageClass))),
        .. page.CommonPrefixes.Select(prefix => new XElement("CommonPrefixes", new XElement("Prefix", Encode(prefix)))),
    ];

    private string Encode(string text) => OssXml.Encode(request, text);
}
