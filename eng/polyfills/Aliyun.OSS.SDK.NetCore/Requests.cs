namespace Aliyun.OSS;

public class ObjectMetadata
{
    private readonly Dictionary<string, object> _headers = new(StringComparer.OrdinalIgnoreCase);

    public IDictionary<string, object> HttpMetadata => _headers;

    public string? ContentType
    {
        get => _headers.GetValueOrDefault("Content-Type") as string;
        set
        {
            if (!string.IsNullOrEmpty(value))
                _headers["Content-Type"] = value;
        }
    }

    public string? ContentMd5
    {
        get => _headers.GetValueOrDefault("Content-MD5") as string;
        set
        {
            if (value is not null)
                _headers["Content-MD5"] = value;
        }
    }

    public string? ETag
    {
        get => _headers.GetValueOrDefault("ETag") as string;
        set
        {
            if (value is not null)
                _headers["ETag"] = value;
        }
    }

    public void AddHeader(string key, object value) => _headers.Add(key, value);
}

public class GetObjectRequest(string bucketName, string key)
{
    public string BucketName { get; } = bucketName;

    public string Key { get; } = key;

    public long[]? Range { get; private set; }

    /// <summary>From the first of these bytes to the last; -1 is the object's end.</summary>
    public void SetRange(long start, long end) => Range = [start, end];
}

public class ListObjectsRequest(string bucketName)
{
    private const int LongestText = 1024;
    private const int MostKeys = 1000;
    private string? _prefix;
    private string? _marker;
    private int? _maxKeys;

    public string BucketName { get; } = bucketName;

    public string? Prefix
    {
        get => _prefix;
        set => _prefix = Limited(value);
    }

    public string? Marker
    {
        get => _marker;
        set => _marker = Limited(value);
    }

    public int? MaxKeys
    {
        get => _maxKeys ?? 100;
        set => _maxKeys = value > MostKeys
            ? throw new ArgumentException($"At most {MostKeys} keys are listed at once.", nameof(value)) : value;
    }

    private static string? Limited(string? text) => text?.Length > LongestText
        ? throw new ArgumentException($"This has at most {LongestText} characters.", nameof(text)) : text;
}

public class ResponseHeaderOverrides
{
    public string? ContentType { get; set; }

    public string? ContentDisposition { get; set; }
}

public class GeneratePresignedUriRequest(string bucketName, string key, SignHttpMethod httpMethod)
{
    private ResponseHeaderOverrides _responseHeaders = new();

    public string BucketName { get; set; } = bucketName;

    public string Key { get; set; } = key;

    public SignHttpMethod Method { get; set; } = httpMethod;

    public DateTime Expiration { get; set; } = TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(15);

    public ResponseHeaderOverrides ResponseHeaders
    {
        get => _responseHeaders;
        set => _responseHeaders = value ?? throw new ArgumentException("There are no overrides.", nameof(value));
    }
}

public class InitiateMultipartUploadRequest(string bucketName, string key)
{
    public string BucketName { get; set; } = bucketName;

    public string Key { get; set; } = key;
}

public class UploadPartRequest(string bucketName, string key, string uploadId)
{
    public string BucketName { get; } = bucketName;

    public string Key { get; } = key;

    public string UploadId { get; } = uploadId;

    public int? PartNumber { get; set; }

    public long? PartSize { get; set; }

    public Stream? InputStream { get; set; }
}

public class PartETag(int partNumber, string eTag, string? crc64, long length)
{
    public int PartNumber { get; set; } = partNumber;

    public string ETag { get; set; } = eTag;

    public string? Crc64 { get; } = crc64;

    public long Length { get; } = length;
}

public class CompleteMultipartUploadRequest(string bucketName, string key, string uploadId)
{
    private readonly List<PartETag> _parts = [];

    public string BucketName { get; } = bucketName;

    public string Key { get; } = key;

    public string UploadId { get; } = uploadId;

    public IList<PartETag> PartETags => _parts;
}

public class AbortMultipartUploadRequest(string bucketName, string key, string uploadId)
{
    public string BucketName { get; } = bucketName;

    public string Key { get; } = key;

    public string UploadId { get; } = uploadId;
}

public class ListMultipartUploadsRequest(string bucketName)
{
    public string BucketName { get; } = bucketName;

    public int? MaxUploads { get; set; }

    public string? KeyMarker { get; set; }

    public string? Prefix { get; set; }

    public string? UploadIdMarker { get; set; }
}
