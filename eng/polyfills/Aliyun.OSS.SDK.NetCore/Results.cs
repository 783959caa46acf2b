using System.Net;
using Aliyun.OSS.Model;

namespace Aliyun.OSS.Model
{
    public class GenericResult
    {
        public HttpStatusCode HttpStatusCode { get; set; }

        public long ContentLength { get; set; }

        public IDictionary<string, string> ResponseMetadata { get; } =
            new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
    }

#pragma warning disable CA1063 // Dispose is as the official one has it.
    public abstract class StreamResult : GenericResult, IDisposable
    {
        public Stream? ResponseStream { get; set; }

        public void Dispose()
        {
            ResponseStream?.Dispose();
            ResponseStream = null;
            GC.SuppressFinalize(this);
        }
    }
#pragma warning restore CA1063
}

namespace Aliyun.OSS
{
    public class OssObject : StreamResult
    {
        internal OssObject()
        {
        }

        public ObjectMetadata Metadata { get; } = new();

        public Stream? Content => ResponseStream;
    }

    public class PutObjectResult : StreamResult
    {
        internal PutObjectResult()
        {
        }

        public string? ETag { get; internal set; }

        public string? VersionId { get; internal set; }
    }

    public class UploadPartResult : GenericResult
    {
        internal UploadPartResult()
        {
        }

        public string? ETag { get; internal set; }

        public string? Crc64 { get; internal set; }
    }

    public class InitiateMultipartUploadResult : GenericResult
    {
        public string? UploadId { get; internal set; }
    }

    public class CompleteMultipartUploadResult : PutObjectResult
    {
        internal CompleteMultipartUploadResult()
        {
        }
    }

    public class DeleteObjectResult : GenericResult
    {
        internal DeleteObjectResult()
        {
        }
    }

    public class GetBucketVersioningResult : GenericResult
    {
        public VersioningStatus Status { get; set; }
    }

    public class ObjectListing : GenericResult
    {
        private readonly List<OssObjectSummary> _summaries = [];

        internal ObjectListing()
        {
        }

        public bool IsTruncated { get; internal set; }

        public IEnumerable<OssObjectSummary> ObjectSummaries => _summaries;

        internal void Add(OssObjectSummary summary) => _summaries.Add(summary);
    }

    public class OssObjectSummary
    {
        internal OssObjectSummary()
        {
        }

        public string Key { get; internal set; } = "";

        public string ETag { get; internal set; } = "";

        public long Size { get; internal set; }

        public DateTime LastModified { get; internal set; }
    }

    public class MultipartUploadListing(string bucketName) : GenericResult
    {
        private readonly List<MultipartUpload> _uploads = [];

        public string BucketName { get; internal set; } = bucketName;

        public bool IsTruncated { get; internal set; }

        public string? NextKeyMarker { get; internal set; }

        public string? NextUploadIdMarker { get; internal set; }

        public IEnumerable<MultipartUpload> MultipartUploads => _uploads;

        internal void Add(MultipartUpload upload) => _uploads.Add(upload);
    }

    public class MultipartUpload
    {
        internal MultipartUpload()
        {
        }

        public string Key { get; internal set; } = "";

        public string UploadId { get; internal set; } = "";
    }
}
