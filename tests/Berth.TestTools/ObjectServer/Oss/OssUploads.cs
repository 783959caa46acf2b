using System.Globalization;
using System.Xml.Linq;

namespace Berth.TestTools.ObjectServer;

/// <summary>Uploads in parts: InitiateMultipartUpload, UploadPart, ListParts, CompleteMultipartUpload, AbortMultipartUpload.</summary>
internal sealed class OssUploads(Bucket bucket, ServerRequest request, OssBody body, OssServerOptions options)
{
    private const int MinimumPartSize = 100 * 1024;
    private const int MaximumPartNumber = 10_000;
    private const int MaximumParts = 1000;

    private string Id => request.Parameter("uploadId")!;

    public Answer Initiate()
    {
        OssObjects.ConditionOf(request, bucket)(bucket.Find(request.Key));
        var upload = new MultipartUpload(
            Guid.NewGuid().ToString("N").ToUpperInvariant(), request.Key, options.Time.GetUtcNow(), OssObjects.HeadersOf(request))
        {
            StorageClass = request.Header("x-oss-storage-class") ?? "Standard",
        };
        bucket.Begin(upload);
        return Answer.Xml(200, new XElement(
            "InitiateMultipartUploadResult",
            request.Parameter("encoding-type") is { } encoding ? new XElement("EncodingType", encoding) : null,
            new XElement("Bucket", bucket.Name),
            new XElement("Key", OssXml.Encode(request, upload.Key)),
            new XElement("UploadId", upload.Id)));
    }

    public Answer Put()
    {
        var number = OssXml.Number(request, "partNumber", 0, 1, MaximumPartNumber);
        return bucket.WithUpload(Id, request.Key, upload =>
        {
            upload.Parts[number] = new(body.Content, OssObjects.ETagOf(body.Content), OssObjects.Now(options), null);
            return new Answer(200).With("ETag", $"\"{upload.Parts[number].ETag}\"").With("x-oss-hash-crc64ecma", body.Crc64);
        });
    }

    public Answer List()
    {
        var marker = OssXml.Number(request, "part-number-marker", 0, 0, int.MaxValue);
        var limit = OssXml.Number(request, "max-parts", MaximumParts, 1, MaximumParts);
        return bucket.WithUpload(Id, request.Key, upload =>
        {
            var parts = upload.Parts.Where(part => part.Key > marker).ToList();
            var page = parts.Take(limit).ToList();
            return Answer.Xml(200, new XElement(
                "ListPartsResult",
                request.Parameter("encoding-type") is { } encoding ? new XElement("EncodingType", encoding) : null,
                new XElement("Bucket", bucket.Name),
                new XElement("Key", OssXml.Encode(request, upload.Key)),
                new XElement("UploadId", upload.Id),
                new XElement("StorageClass", upload.StorageClass),
                new XElement("PartNumberMarker", marker),
                new XElement("NextPartNumberMarker", page.Count == 0 ? 0 : page[^1].Key),
                new XElement("MaxParts", limit),
                new XElement("IsTruncated", parts.Count > page.Count),
                page.Select(part => new XElement(
                    "Part",
                    new XElement("PartNumber", part.Key),
                    new XElement("LastModified", S3Xml.Time(part.Value.LastModified)),
                    new XElement("ETag", $"\"{part.Value.ETag}\""),
                    new XElement("HashCrc64ecma", Crc.Crc64Xz.Compute([part.Value.Content])),
                    new XElement("Size", part.Value.Content.Length)))));
        });
    }

    public Answer Complete()
    {
        var condition = OssObjects.ConditionOf(request, bucket);
        var named = OssXml.Parse(body.Content, "CompleteMultipartUpload").Elements("Part").Select(part => (
            Number: (int?)part.Element("PartNumber") ?? throw OssXml.Malformed(),
            ETag: ((string?)part.Element("ETag") ?? throw OssXml.Malformed()).Trim().Trim('"').ToUpperInvariant())).ToList();
        if (named.Count is 0 or > MaximumPartNumber)
        {
            throw OssXml.Malformed();
        }

        return bucket.WithUpload(Id, request.Key, upload =>
        {
            if (named.Zip(named.Skip(1)).Any(pair => pair.First.Number >= pair.Second.Number))
            {
                throw new ServiceException(
                    400, "InvalidPartOrder", "The list of parts was not in ascending order. Parts list must specified in order by "
                        + "part number.");
            }

            var parts = named.ConvertAll(part => upload.Parts.GetValueOrDefault(part.Number) is { } found && found.ETag == part.ETag
                ? found
                : throw new ServiceException(
                    400, "InvalidPart", "One or more of the specified parts could not be found or the specified entity tag might not "
                        + "have matched the part's entity tag.",
                    ("PartNumber", $"{part.Number}"), ("UploadId", upload.Id)));
            if (parts.SkipLast(1).FirstOrDefault(part => part.Content.Length < MinimumPartSize) is { } small)
            {
                throw new ServiceException(
                    400, "EntityTooSmall", "Your proposed upload smaller than the minimum allowed size.",
                    ("ProposedSize", $"{small.Content.Length}"), ("MinSizeAllowed", $"{MinimumPartSize}"));
            }

            var content = new StoredObject(
                [.. parts.Select(part => part.Content)],
                OssObjects.ETagOf(parts.SelectMany(part => Convert.FromHexString(part.ETag)).ToArray()) + $"-{parts.Count}",
                OssObjects.Now(options), upload.Headers)
            {
                StorageClass = upload.StorageClass,
                Checksum = new(
                [
                    ("x-oss-hash-crc64ecma", Crc.Crc64Xz.Compute(parts.Select(part => part.Content)).ToString(CultureInfo.InvariantCulture)),
                ]),
            };
            bucket.Put(request.Key, content, condition);
            upload.Completed = named;
            return Answer.Xml(200, new XElement(
                "CompleteMultipartUploadResult",
                request.Parameter("encoding-type") is { } encoding ? new XElement("EncodingType", encoding) : null,
                new XElement("Location", $"http://{request.Host}{request.RawPath}"),
                new XElement("Bucket", bucket.Name),
                new XElement("Key", OssXml.Encode(request, upload.Key)),
                new XElement("ETag", $"\"{content.ETag}\""))).With(content.Checksum.Value);
        });
    }

    public Answer Abort()
    {
        bucket.Abort(Id, request.Key);
        return new(204);
    }
}
