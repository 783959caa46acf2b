using System.Net;
using System.Text;
using System.Xml.Linq;

namespace Berth.TestTools.ObjectServer;

/// <summary>
/// A strict server of Amazon's S3 API, after docs.aws.amazon.com/AmazonS3/latest/API: it verifies every signature, hash and
/// checksum, refuses what AWS refuses, and answers 501 to what it does not know instead of passing over it.
/// </summary>
public sealed class S3Server : HttpObjectServer
{
    /// <summary>The x-amz headers that it knows what to do about.</summary>
    private static readonly HashSet<string> KnownHeaders = new(StringComparer.OrdinalIgnoreCase)
    {
        "x-amz-content-sha256", "x-amz-date", "x-amz-security-token", "x-amz-decoded-content-length", "x-amz-trailer",
        "x-amz-sdk-checksum-algorithm", "x-amz-checksum-algorithm", "x-amz-checksum-type", "x-amz-checksum-mode",
        "x-amz-acl", S3Copies.SourceHeader, S3Copies.RangeHeader, "x-amz-mp-object-size", "x-amz-storage-class", "x-amz-server-side-encryption",
        "x-amz-server-side-encryption-aws-kms-key-id", "x-amz-user-agent", "x-amz-api-version",
    };

    /// <summary>The parameters of a query that ask for another operation.</summary>
    private static readonly HashSet<string> Subresources = new(StringComparer.Ordinal)
    {
        "accelerate", "acl", "analytics", "attributes", "cors", "delete", "encryption", "inventory", "legal-hold", "lifecycle",
        "list-type", "location", "logging", "metrics", "notification", "object-lock", "ownershipControls", "partNumber",
        "policy", "policyStatus", "publicAccessBlock", "replication", "requestPayment", "restore", "retention", "select",
        "tagging", "torrent", "uploadId", "uploads", "versionId", "versioning", "versions", "website",
    };

    private readonly S3Authentication _authentication;
    private int _number;

    private S3Server(S3ServerOptions options) => (Options, _authentication) = (options, new(options));

    /// <summary>What it is like, to be changed at any time.</summary>
    public S3ServerOptions Options { get; }

    /// <summary>The bucket that it began with.</summary>
    public Bucket Bucket => this[Options.Bucket];

    public static async Task<S3Server> StartAsync(S3ServerOptions? options = null)
    {
        var server = new S3Server(options ?? new());
        server.CreateBucket(server.Options.Bucket);
        await server.ListenAsync();
        return server;
    }

    private protected override void Route(ServerRequest request)
    {
        var path = request.Decode();
        var host = request.Host.Split(':')[0];
        if (host.EndsWith($".{Options.Domain}", StringComparison.OrdinalIgnoreCase))
        {
            (request.Bucket, request.Key) = (host[..^(Options.Domain.Length + 1)], path[1..]);
        }
        else if (IPAddress.TryParse(host, out _) || !host.Contains('.', StringComparison.Ordinal)
            || host.Equals(Options.Domain, StringComparison.OrdinalIgnoreCase))
        {
            var slash = path.IndexOf('/', 1);
            (request.Bucket, request.Key) = slash < 0 ? (path[1..], "") : (path[1..slash], path[(slash + 1)..]);
        }
        else
        {
            throw new ServiceException(404, "NoSuchBucket", "The specified bucket does not exist", ("BucketName", host));
        }

        var isCopy = request.Header(S3Copies.SourceHeader) is not null;
        var subresources = request.Query.Select(pair => pair.Name).Where(Subresources.Contains).Order(StringComparer.Ordinal);
        request.Operation = request.Bucket.Length == 0 ? "" : (request.Key.Length > 0, request.Method, string.Join('&', subresources)) switch
        {
            (false, "GET", "") => "ListObjects",
            (false, "GET", "list-type") when request.Parameter("list-type") == "2" => "ListObjectsV2",
            (false, "GET", "uploads") => "ListMultipartUploads",
            (false, "GET", "location") => "GetBucketLocation",
            (false, "GET", "versioning") => "GetBucketVersioning",
            (false, "HEAD", "") => "HeadBucket",
            (false, "POST", "delete") => "DeleteObjects",
            (true, "GET", "") => "GetObject",
            (true, "HEAD", "") => "HeadObject",
            (true, "PUT", "") => isCopy ? "CopyObject" : "PutObject",
            (true, "DELETE", "") => "DeleteObject",
            (true, "POST", "uploads") => "CreateMultipartUpload",
            (true, "PUT", "partNumber&uploadId") => isCopy ? "UploadPartCopy" : "UploadPart",
            (true, "GET", "uploadId") => "ListParts",
            (true, "POST", "uploadId") => "CompleteMultipartUpload",
            (true, "DELETE", "uploadId") => "AbortMultipartUpload",
            _ => "",
        };
    }

    private protected override async Task<Answer> AnswerAsync(ServerRequest request)
    {
        var signature = _authentication.Verify(request, PercentEncoding.Decode(request.RawPath));
        if (request.Operation.Length == 0)
        {
            throw new ServiceException(
                501, "NotImplemented", $"This server does not know {request.Method} with the query '{request.RawQuery}'.");
        }

        RefuseUnknownHeaders(request);
        var bucket = FindBucket(request.Bucket)
            ?? throw new ServiceException(404, "NoSuchBucket", "The specified bucket does not exist", ("BucketName", request.Bucket));
        if (Encoding.UTF8.GetByteCount(request.Key) > 1024)
        {
            throw new ServiceException(400, "KeyTooLongError", "Your key is too long", ("MaxSizeAllowed", "1024"));
        }

        if (AwsChunkedBody.IsKnown(signature.Payload) && request.Operation is not ("PutObject" or "UploadPart"))
        {
            throw new ServiceException(
                400, "InvalidRequest", $"{signature.Payload} is only for PutObject and UploadPart, not for {request.Operation}.");
        }

        var body = await S3Body.ReadAsync(request, signature, Options);
        var objects = new S3Objects(bucket, request, body, Options);
        var uploads = new S3Uploads(bucket, request, body, Options);
        var listings = new S3Listings(bucket, request, Options);
        var copies = new S3Copies(bucket, request, body, Options);
        var answer = request.Operation switch
        {
            "GetObject" or "HeadObject" => objects.Get(),
            "PutObject" => objects.Put(),
            "CopyObject" => copies.CopyObject(),
            "DeleteObject" => objects.Delete(),
            "DeleteObjects" => objects.DeleteMany(),
            "CreateMultipartUpload" => uploads.Create(),
            "UploadPart" => uploads.Put(),
            "UploadPartCopy" => copies.CopyPart(),
            "ListParts" => uploads.List(),
            "CompleteMultipartUpload" => uploads.Complete(),
            "AbortMultipartUpload" => uploads.Abort(),
            "ListObjectsV2" => listings.ListV2(),
            "ListObjects" => listings.ListV1(),
            "ListMultipartUploads" => listings.ListUploads(),
            "HeadBucket" => new Answer(200).With("x-amz-bucket-region", Options.Region),
            "GetBucketLocation" => Answer.Xml(
                200, new XElement(S3Xml.Namespace + "LocationConstraint", Options.Region == "us-east-1" ? "" : Options.Region)),
            "GetBucketVersioning" => Answer.Xml(
                200, new XElement(
                    S3Xml.Namespace + "VersioningConfiguration",
                    bucket.IsVersioned ? new XElement(S3Xml.Namespace + "Status", "Enabled") : null)),
            _ => throw new InvalidOperationException(request.Operation),
        };
        return Identify(answer);
    }

    private protected override Answer ErrorOf(ServerRequest request, ServiceException error, int status) => Identify(Answer.Xml(
        status,
        new XElement(
            "Error",
            new XElement("Code", error.Code),
            new XElement("Message", error.Message),
            error.Details.Select(detail => new XElement(detail.Name, detail.Value)),
            new XElement("Resource", request.RawPath),
            new XElement("RequestId", $"{_number:X16}"))));

    private Answer Identify(Answer answer) => answer
        .With("x-amz-request-id", $"{Interlocked.Increment(ref _number):X16}").With("x-amz-id-2", "test").With("Server", "AmazonS3");

    private static void RefuseUnknownHeaders(ServerRequest request)
    {
        foreach (var name in request.Headers.Keys)
        {
            if (name.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase) && !KnownHeaders.Contains(name)
                && !name.StartsWith("x-amz-meta-", StringComparison.OrdinalIgnoreCase)
                && !ChecksumAlgorithm.All.Any(algorithm => algorithm.Header.Equals(name, StringComparison.OrdinalIgnoreCase)))
            {
                throw S3Xml.NotImplemented(name);
            }
        }
    }
}
