using System.Globalization;
using System.Xml.Linq;

namespace Berth.TestTools.ObjectServer;

/// <summary>
/// CopyObject and UploadPartCopy within a bucket. Berth copies nothing; the registry that it is compared with does.
/// </summary>
internal sealed class S3Copies(Bucket bucket, ServerRequest request, S3Body body, S3ServerOptions options)
{
    public const string SourceHeader = "x-amz-copy-source";
    public const string RangeHeader = "x-amz-copy-source-range";

    public Answer CopyObject()
    {
        new S3Objects(bucket, request, body with { Content = ReadSource() }, options).Put();
        return Answer("CopyObjectResult", bucket.Find(request.Key)!.ETag);
    }

    public Answer CopyPart()
    {
        var part = new S3Uploads(bucket, request, body with { Content = ReadSource() }, options).Put();
        return Answer("CopyPartResult", S3Xml.Unquoted(part.Headers.First(header => header.Name == "ETag").Value));
    }

    private Answer Answer(string name, string etag) => ObjectServer.Answer.Xml(200, new XElement(
        S3Xml.Namespace + name,
        new XElement(S3Xml.Namespace + "LastModified", S3Xml.Time(S3Uploads.Now(options))),
        new XElement(S3Xml.Namespace + "ETag", S3Xml.Quoted(etag))));

    private byte[] ReadSource()
    {
        var source = PercentEncoding.Decode(request.Header(SourceHeader)!).TrimStart('/');
        if (!source.StartsWith($"{bucket.Name}/", StringComparison.Ordinal))
        {
            throw S3Xml.NotImplemented(SourceHeader);
        }

        var found = bucket.Find(source[(bucket.Name.Length + 1)..])
            ?? throw new ServiceException(404, "NoSuchKey", "The specified key does not exist.", ("Key", source));
        var (first, last) = (0L, found.Size - 1);
        if (request.Header(RangeHeader) is { } range)
        {
            var ends = range.Split('=')[^1].Split('-');
            if (!range.StartsWith("bytes=", StringComparison.Ordinal) || ends.Length != 2
                || !long.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out first)
                || !long.TryParse(ends[1], NumberStyles.None, CultureInfo.InvariantCulture, out last)
                || first > last || last >= found.Size)
            {
                throw S3Xml.InvalidArgument(RangeHeader, range, "The x-amz-copy-source-range value is not valid for the source.");
            }
        }

        return [.. found.Slice(first, last - first + 1).SelectMany(segment => segment.ToArray())];
    }
}
