using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Aliyun.OSS.Common;
using Aliyun.OSS.Model;

namespace Aliyun.OSS;

public class OssClient
{
    private readonly ServiceClient _service;
    private readonly Credentials _credentials;
    private readonly SignatureVersion _signature;
    private volatile string? _region;

    public OssClient(
        Uri endpoint, string accessKeyId, string accessKeySecret, string? securityToken,
        ClientConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentException.ThrowIfNullOrEmpty(accessKeyId);
        ArgumentException.ThrowIfNullOrEmpty(accessKeySecret);
        configuration ??= new();
        _credentials = new(accessKeyId.Trim(), accessKeySecret.Trim(), securityToken);
        _signature = configuration.SignatureVersion;
        _service = new(endpoint, configuration);
    }

    private RequestSigner Signer =>
        _signature == SignatureVersion.V4 ? new RequestSignerV4(_credentials, _region ?? "") : new RequestSignerV1(_credentials);

    public void SetRegion(string region) => _region = region;

    public GetBucketVersioningResult GetBucketVersioning(string bucketName)
    {
        using var response = Send(new(HttpMethod.Get, bucketName, null) { Parameters = { ["versioning"] = "" } });
        var status = Text(ServiceClient.ReadXml(response), "Status");
        return Told(response, new GetBucketVersioningResult
        {
            Status = Enum.TryParse<VersioningStatus>(status, ignoreCase: true, out var known) ? known : VersioningStatus.Off,
        });
    }

    public ObjectListing ListObjects(ListObjectsRequest listObjectsRequest)
    {
        ArgumentNullException.ThrowIfNull(listObjectsRequest);
        var request = new ServiceRequest(HttpMethod.Get, listObjectsRequest.BucketName, null);
        if (listObjectsRequest.Prefix is { } prefix)
            request.Parameters["prefix"] = prefix;
        if (listObjectsRequest.Marker is { } marker)
            request.Parameters["marker"] = marker;
        request.Parameters["max-keys"] = Number(listObjectsRequest.MaxKeys!.Value);
        request.Parameters["encoding-type"] = "url";
        using var response = Send(request);
        var list = ServiceClient.ReadXml(response);
        var isEscaped = Text(list, "EncodingType") == "url";
        var result = new ObjectListing { IsTruncated = Text(list, "IsTruncated") == "true" };
        foreach (var entry in Children(list, "Contents"))
        {
            result.Add(new()
            {
                Key = Unescaped(Text(entry, "Key"), isEscaped) ?? "",
                ETag = Text(entry, "ETag")?.Trim('"') ?? "",
                Size = long.Parse(Text(entry, "Size") ?? "0", CultureInfo.InvariantCulture),
                LastModified = Time(Text(entry, "LastModified")),
            });
        }

        return Told(response, result);
    }

    public PutObjectResult PutObject(string bucketName, string key, Stream content, ObjectMetadata metadata)
    {
        ArgumentNullException.ThrowIfNull(content);
        using var body = new Crc64Stream(content, content.Length);
        var request = new ServiceRequest(HttpMethod.Put, bucketName, key) { Content = body };
        request.Headers["Content-Type"] = metadata?.ContentType ?? "application/octet-stream";
        foreach (var (name, value) in metadata?.HttpMetadata ?? new Dictionary<string, object>())
            request.Headers[name] = value.ToString() ?? "";
        using var response = Send(request);
        Verify(response, body.Sum);
        return Told(response, new PutObjectResult { ETag = ETag(response), VersionId = Header(response, "x-oss-version-id") });
    }

    public OssObject GetObject(GetObjectRequest getObjectRequest)
    {
        ArgumentNullException.ThrowIfNull(getObjectRequest);
        var request = new ServiceRequest(HttpMethod.Get, getObjectRequest.BucketName, getObjectRequest.Key);
        if (getObjectRequest.Range is [var first, var last] && (first >= 0 || last >= 0))
            request.Headers["Range"] = $"bytes={(first >= 0 ? Number(first) : "")}-{(last >= 0 ? Number(last) : "")}";
        var response = Send(request);
        var result = new OssObject { ResponseStream = response.Content.ReadAsStream() };
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers))
            result.Metadata.AddHeader(name, name == "ETag" ? ETag(response)! : string.Join("\r\n", values));
        return Told(response, result);
    }

    public DeleteObjectResult DeleteObject(string bucketName, string key)
    {
        using var response = Send(new(HttpMethod.Delete, bucketName, key));
        return Told(response, new DeleteObjectResult());
    }

    public Uri GeneratePresignedUri(GeneratePresignedUriRequest generatePresignedUriRequest)
    {
        ArgumentNullException.ThrowIfNull(generatePresignedUriRequest);
        var request = new ServiceRequest(
            generatePresignedUriRequest.Method switch
            {
                SignHttpMethod.Get => HttpMethod.Get,
                SignHttpMethod.Put => HttpMethod.Put,
                _ => throw new ArgumentException("Only GET and PUT are signed.", nameof(generatePresignedUriRequest)),
            },
            generatePresignedUriRequest.BucketName,
            generatePresignedUriRequest.Key);
        if (generatePresignedUriRequest.ResponseHeaders.ContentType is { } type)
            request.Parameters["response-content-type"] = type;
        if (generatePresignedUriRequest.ResponseHeaders.ContentDisposition is { } disposition)
            request.Parameters["response-content-disposition"] = disposition;
        Signer.SignAddress(request, generatePresignedUriRequest.Expiration);
        return _service.Address(request);
    }

    public InitiateMultipartUploadResult InitiateMultipartUpload(
        InitiateMultipartUploadRequest initiateMultipartUploadRequest)
    {
        ArgumentNullException.ThrowIfNull(initiateMultipartUploadRequest);
        var (bucket, key) = (initiateMultipartUploadRequest.BucketName, initiateMultipartUploadRequest.Key);
        using var response = Send(new(HttpMethod.Post, bucket, key)
        {
            Parameters = { ["uploads"] = "", ["encoding-type"] = "url" },
        });
        return Told(response, new InitiateMultipartUploadResult
        {
            UploadId = Text(ServiceClient.ReadXml(response), "UploadId"),
        });
    }

    public UploadPartResult UploadPart(UploadPartRequest uploadPartRequest)
    {
        ArgumentNullException.ThrowIfNull(uploadPartRequest);
        if (uploadPartRequest is not { PartNumber: { } number, PartSize: { } size, InputStream: { } content })
            throw new ArgumentException("A part has a number, a size and a stream.", nameof(uploadPartRequest));
        using var body = new Crc64Stream(content, size);
        using var response = Send(new(HttpMethod.Put, uploadPartRequest.BucketName, uploadPartRequest.Key)
        {
            Content = body,
            Parameters = { ["partNumber"] = Number(number), ["uploadId"] = uploadPartRequest.UploadId },
        });
        Verify(response, body.Sum);
        return Told(response, new UploadPartResult { ETag = ETag(response), Crc64 = Header(response, "x-oss-hash-crc64ecma") });
    }

    public CompleteMultipartUploadResult CompleteMultipartUpload(
        CompleteMultipartUploadRequest completeMultipartUploadRequest)
    {
        ArgumentNullException.ThrowIfNull(completeMultipartUploadRequest);
        var parts = completeMultipartUploadRequest.PartETags;
        var list = new XElement("CompleteMultipartUpload", parts.Select(part => new XElement(
            "Part", new XElement("PartNumber", part.PartNumber), new XElement("ETag", $"\"{part.ETag}\""))));
        using var body = new MemoryStream(Encoding.UTF8.GetBytes(list.ToString(SaveOptions.DisableFormatting)));
        using var response = Send(
            new(HttpMethod.Post, completeMultipartUploadRequest.BucketName, completeMultipartUploadRequest.Key)
            {
                Content = body,
                Parameters = { ["uploadId"] = completeMultipartUploadRequest.UploadId },
            });
        if (parts.All(part => !string.IsNullOrEmpty(part.Crc64) && part.Length != 0))
        {
            Verify(response, parts.Aggregate(0UL, (sum, part) => Crc64.Combine(
                sum, ulong.Parse(part.Crc64!, CultureInfo.InvariantCulture), part.Length)));
        }

        return Told(response, new CompleteMultipartUploadResult
        {
            ETag = Text(ServiceClient.ReadXml(response), "ETag")?.Trim('"'),
            VersionId = Header(response, "x-oss-version-id"),
        });
    }

    public void AbortMultipartUpload(AbortMultipartUploadRequest abortMultipartUploadRequest)
    {
        ArgumentNullException.ThrowIfNull(abortMultipartUploadRequest);
        Send(new(HttpMethod.Delete, abortMultipartUploadRequest.BucketName, abortMultipartUploadRequest.Key)
        {
            Parameters = { ["uploadId"] = abortMultipartUploadRequest.UploadId },
        }).Dispose();
    }

    public MultipartUploadListing ListMultipartUploads(ListMultipartUploadsRequest listMultipartUploadsRequest)
    {
        ArgumentNullException.ThrowIfNull(listMultipartUploadsRequest);
        var request = new ServiceRequest(HttpMethod.Get, listMultipartUploadsRequest.BucketName, null)
        {
            Parameters = { ["uploads"] = "", ["encoding-type"] = "url" },
        };
        if (listMultipartUploadsRequest.Prefix is { } prefix)
            request.Parameters["prefix"] = prefix;
        if (listMultipartUploadsRequest.KeyMarker is { } key)
            request.Parameters["key-marker"] = key;
        if (listMultipartUploadsRequest.UploadIdMarker is { } id)
            request.Parameters["upload-id-marker"] = id;
        if (listMultipartUploadsRequest.MaxUploads is { } most)
            request.Parameters["max-uploads"] = Number(most);
        using var response = Send(request);
        var list = ServiceClient.ReadXml(response);
        var isEscaped = Text(list, "EncodingType") == "url";
        var result = new MultipartUploadListing(listMultipartUploadsRequest.BucketName)
        {
            IsTruncated = Text(list, "IsTruncated") == "true",
            NextKeyMarker = Unescaped(Text(list, "NextKeyMarker"), isEscaped),
            NextUploadIdMarker = Text(list, "NextUploadIdMarker"),
        };
        foreach (var entry in Children(list, "Upload"))
        {
            result.Add(new()
            {
                Key = Unescaped(Text(entry, "Key"), isEscaped) ?? "",
                UploadId = Text(entry, "UploadId") ?? "",
            });
        }

        return Told(response, result);
    }

    private static string? Unescaped(string? text, bool isEscaped) =>
        isEscaped && text is not null ? Uri.UnescapeDataString(text.Replace('+', ' ')) : text;

    private static T Told<T>(HttpResponseMessage response, T result)
        where T : GenericResult
    {
        result.HttpStatusCode = response.StatusCode;
        result.ContentLength = response.Content.Headers.ContentLength ?? 0;
        if (Header(response, "Date") is { } date)
            result.ResponseMetadata["Date"] = date;
        return result;
    }

    private static void Verify(HttpResponseMessage response, ulong sum)
    {
        if (Header(response, "x-oss-hash-crc64ecma") is { } theirs && theirs != sum.ToString(CultureInfo.InvariantCulture))
            throw new ClientException("Crc64 validation failed. Expected hash not equal to calculated hash");
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;

    private static string? ETag(HttpResponseMessage response) => Header(response, "ETag")?.Trim('"');

    private static IEnumerable<XElement> Children(XElement parent, string name) =>
        parent.Elements().Where(child => child.Name.LocalName == name);

    private static string? Text(XElement parent, string name) => Children(parent, name).FirstOrDefault()?.Value;

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static DateTime Time(string? text) => DateTime.TryParse(
        text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out var time)
            ? time : DateTime.MinValue;

    private HttpResponseMessage Send(ServiceRequest request) => _service.Send(request, Signer);
}
