using System.Globalization;
using System.Xml.Linq;

namespace Berth.TestTools.ObjectServer;

/// <summary>Uploads in parts: CreateMultipartUpload, UploadPart, ListParts, CompleteMultipartUpload, AbortMultipartUpload.</summary>
internal sealed class S3Uploads(Bucket bucket, ServerRequest request, S3Body body, S3ServerOptions options)
{
    private const int MinimumPartSize = 5 * 1024 * 1024;
    private const int MaximumPartNumber = 10_000;
    private const int MaximumParts = 1000;

    private string Id => request.Parameter("uploadId")!;

    /// <summary>Objects are dated in whole seconds.</summary>
    public static DateTimeOffset Now(S3ServerOptions options) =>
        DateTimeOffset.FromUnixTimeSeconds(options.Time.GetUtcNow().ToUnixTimeSeconds());

    public Answer Create()
    {
        var named = request.Header("x-amz-checksum-algorithm");
        var type = request.Header("x-amz-checksum-type");
        if (named is not null && !options.UnderstandsChecksums)
        {
            throw S3Xml.NotImplemented("x-amz-checksum-algorithm");
        }

        var algorithm = named is null ? null : ChecksumAlgorithm.Named(named)
            ?? throw new ServiceException(400, "InvalidRequest", "Checksum algorithm provided is unsupported.");
        var isOfAll = type is null ? algorithm?.Name is null or "CRC64NVME" : type == "FULL_OBJECT";
        if (type is not (null or "FULL_OBJECT" or "COMPOSITE") || (type is not null && algorithm is null)
            || (isOfAll ? algorithm is { IsCrc: false } : algorithm is { Name: "CRC64NVME" }))
        {
            throw new ServiceException(
                400, "InvalidRequest", $"The {type} checksum type cannot be used with the {named} checksum algorithm.");
        }

        var upload = new MultipartUpload(
            $"{Guid.NewGuid():n}.~-_", request.Key, options.Time.GetUtcNow(), S3Headers.Of(request))
        {
            StorageClass = S3Headers.StorageClassOf(request),
            Checksum = algorithm,
            IsChecksumOfAll = isOfAll,
        };
        bucket.Begin(upload);
        var answer = Answer.Xml(200, new XElement(
            S3Xml.Namespace + "InitiateMultipartUploadResult",
            new XElement(S3Xml.Namespace + "Bucket", bucket.Name),
            new XElement(S3Xml.Namespace + "Key", upload.Key),
            new XElement(S3Xml.Namespace + "UploadId", upload.Id))).With(S3Headers.EncryptionIn(upload.Headers));
        return algorithm is null ? answer : answer.With("x-amz-checksum-algorithm", algorithm.Name)
            .With("x-amz-checksum-type", isOfAll ? "FULL_OBJECT" : "COMPOSITE");
    }

    public Answer Put()
    {
        if (!int.TryParse(request.Parameter("partNumber"), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || number is < 1 or > MaximumPartNumber)
        {
            throw S3Xml.InvalidArgument(
                "partNumber", request.Parameter("partNumber"), "Part number must be an integer between 1 and 10000, inclusive");
        }

        if (request.Header("If-Match") is not null || request.Header("If-None-Match") is not null)
        {
            throw S3Xml.NotImplemented("If-Match");
        }

        return bucket.WithUpload(Id, request.Key, upload =>
        {
            if (upload.Checksum is not null && upload.Checksum != body.Checksum?.Algorithm)
            {
                throw new ServiceException(
                    400, "InvalidRequest",
                    $"Checksum Type mismatch occurred, expected checksum Type: {upload.Checksum.Name.ToLowerInvariant()}, actual "
                    + $"checksum Type: {body.Checksum?.Algorithm.Name.ToLowerInvariant() ?? "null"}");
            }

            var part = new StoredPart(body.Content, S3Objects.ETagOf(body.Content, upload.Headers), Now(options), body.Checksum);
            upload.Parts[number] = part;
            var answer = new Answer(200).With("ETag", S3Xml.Quoted(part.ETag)).With(S3Headers.EncryptionIn(upload.Headers));
            return part.Checksum is { } checksum ? answer.With(checksum.Algorithm.Header, checksum.Value) : answer;
        });
    }

    public Answer List()
    {
        var marker = S3Listings.Number(request, "part-number-marker", 0, int.MaxValue);
        var limit = S3Listings.Number(request, "max-parts", MaximumParts, MaximumParts);
        return bucket.WithUpload(Id, request.Key, upload =>
        {
            var parts = upload.Parts.Where(part => part.Key > marker).ToList();
            var page = parts.Take(limit).ToList();
            return Answer.Xml(200, new XElement(
                S3Xml.Namespace + "ListPartsResult",
                new XElement(S3Xml.Namespace + "Bucket", bucket.Name),
                new XElement(S3Xml.Namespace + "Key", upload.Key),
                new XElement(S3Xml.Namespace + "UploadId", upload.Id),
                new XElement(S3Xml.Namespace + "StorageClass", upload.StorageClass),
                new XElement(S3Xml.Namespace + "PartNumberMarker", marker),
                new XElement(S3Xml.Namespace + "NextPartNumberMarker", page.Count == 0 ? 0 : page[^1].Key),
                new XElement(S3Xml.Namespace + "MaxParts", limit),
                new XElement(S3Xml.Namespace + "IsTruncated", parts.Count > page.Count),
                page.Select(part => new XElement(
                    S3Xml.Namespace + "Part",
                    new XElement(S3Xml.Namespace + "PartNumber", part.Key),
                    new XElement(S3Xml.Namespace + "LastModified", S3Xml.Time(part.Value.LastModified)),
                    new XElement(S3Xml.Namespace + "ETag", S3Xml.Quoted(part.Value.ETag)),
                    new XElement(S3Xml.Namespace + "Size", part.Value.Content.Length)))));
        });
    }

    public Answer Complete()
    {
        var condition = S3Conditions.OfWrite(request, options);
        var document = S3Xml.Parse(body.Content, "CompleteMultipartUpload");
        var named = document.Elements("Part").Select(part => (
            Number: (int?)part.Element("PartNumber") ?? throw S3Xml.Malformed(),
            ETag: S3Xml.Unquoted((string?)part.Element("ETag") ?? throw S3Xml.Malformed()),
            Element: part)).ToList();
        if (named.Count is 0 or > MaximumPartNumber)
        {
            throw S3Xml.Malformed();
        }

        return bucket.WithUpload(
            Id, request.Key,
            upload =>
            {
                var parts = named.ConvertAll(part => (part.Number, part.ETag));
                if (upload.Completed is not null)
                {
                    return options.RepeatsCompletion && upload.Completed.SequenceEqual(parts)
                        ? ResultOf(upload)
                        : throw new ServiceException(404, "NoSuchUpload", "The specified upload does not exist.", ("UploadId", Id));
                }

                VerifyOrder(named.ConvertAll(part => part.Number));
                var chosen = named.ConvertAll(part => Choose(upload, part.Number, part.ETag, part.Element));
                VerifySizes(chosen, parts);
                var content = new StoredObject(
                    [.. chosen.Select(part => part.Content)], ETagOf(chosen, upload.Headers), Now(options), upload.Headers)
                {
                    StorageClass = upload.StorageClass,
                    Checksum = new(() => ChecksumOf(upload, chosen)),
                };
                bucket.Put(request.Key, content, condition);
                (upload.Completed, upload.Result) = (parts, content);
                return ResultOf(upload);
            },
            evenCompleted: true);
    }

    public Answer Abort()
    {
        bucket.Abort(Id, request.Key);
        return new(204);
    }

    private static void VerifyOrder(List<int> numbers)
    {
        for (var i = 1; i < numbers.Count; i++)
        {
            if (numbers[i] <= numbers[i - 1])
            {
                throw new ServiceException(
                    400, "InvalidPartOrder",
                    "The list of parts was not in ascending order. The parts list must be specified in order by part number.");
            }
        }
    }

    private static StoredPart Choose(MultipartUpload upload, int number, string etag, XElement element)
    {
        ServiceException Invalid() => new(
            400, "InvalidPart",
            "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity "
            + "tag may not match the part's entity tag.",
            ("UploadId", upload.Id), ("PartNumber", $"{number}"), ("ETag", etag));
        var part = upload.Parts.GetValueOrDefault(number);
        if (part is null || part.ETag != etag)
        {
            throw Invalid();
        }

        foreach (var algorithm in ChecksumAlgorithm.All)
        {
            var given = (string?)element.Element($"Checksum{algorithm.Name}");
            if (given is not null && part.Checksum != new Checksum(algorithm, given))
            {
                throw Invalid();
            }

            if (given is null && upload.Checksum == algorithm && !upload.IsChecksumOfAll)
            {
                throw new ServiceException(
                    400, "InvalidRequest",
                    $"The upload was created using a {algorithm.Name.ToLowerInvariant()} checksum. The complete request must include "
                    + $"the checksum for each part. It was missing for part {number} in the request.");
            }
        }

        return part;
    }

    private void VerifySizes(List<StoredPart> parts, List<(int Number, string ETag)> named)
    {
        for (var i = 0; i < parts.Count - 1; i++)
        {
            if (parts[i].Content.Length < MinimumPartSize)
            {
                throw new ServiceException(
                    400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size",
                    ("ProposedSize", $"{parts[i].Content.Length}"), ("MinSizeAllowed", $"{MinimumPartSize}"),
                    ("PartNumber", $"{named[i].Number}"), ("ETag", named[i].ETag));
            }

            if (options.WantsUniformParts
                && (parts[i].Content.Length != parts[0].Content.Length || parts[^1].Content.Length > parts[0].Content.Length))
            {
                throw new ServiceException(400, "InvalidPart", "All non-trailing parts must have the same length.");
            }
        }

        if (request.Header("x-amz-mp-object-size") is { } size
            && size != parts.Sum(part => (long)part.Content.Length).ToString(CultureInfo.InvariantCulture))
        {
            throw new ServiceException(400, "InvalidRequest", "The provided 'x-amz-mp-object-size' header value does not match.");
        }
    }

    /// <summary>MD5 of the parts' MD5s, and their number.</summary>
    private static string ETagOf(List<StoredPart> parts, IReadOnlyList<(string Name, string Value)> headers) =>
        S3Objects.ETagOf(parts.SelectMany(part => Convert.FromHexString(part.ETag)).ToArray(), headers) + $"-{parts.Count}";

    /// <summary>One of all bytes, or one of the parts' checksums; CRC64NVME of all where nobody asked for any.</summary>
    private static (string Name, string Value)[] ChecksumOf(MultipartUpload upload, List<StoredPart> parts)
    {
        var algorithm = upload.Checksum ?? ChecksumAlgorithm.Named("CRC64NVME")!;
        var isOfAll = upload.Checksum is null || upload.IsChecksumOfAll;
        var value = isOfAll
            ? algorithm.Compute(parts.Select(part => part.Content))
            : algorithm.Compute(parts.Select(part => new ReadOnlyMemory<byte>(Convert.FromBase64String(part.Checksum!.Value))))
                + $"-{parts.Count}";
        return [(algorithm.Header, value), ("x-amz-checksum-type", isOfAll ? "FULL_OBJECT" : "COMPOSITE")];
    }

    private Answer ResultOf(MultipartUpload upload) => Answer.Xml(200, new XElement(
        S3Xml.Namespace + "CompleteMultipartUploadResult",
        new XElement(S3Xml.Namespace + "Location", $"http://{request.Host}{request.RawPath}"),
        new XElement(S3Xml.Namespace + "Bucket", bucket.Name),
        new XElement(S3Xml.Namespace + "Key", upload.Key),
        new XElement(S3Xml.Namespace + "ETag", S3Xml.Quoted(upload.Result!.ETag))))
        .With(S3Headers.EncryptionIn(upload.Headers));
}
