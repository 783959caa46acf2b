using System.Net;
using System.Text;
using System.Xml.Linq;

namespace Berth.TestTools.ObjectServer;

/// <summary>
/// A strict server of Aliyun's OSS API, after help.aliyun.com/en/oss/developer-reference: it verifies every signature and
/// digest, refuses what OSS refuses, and answers 501 to what it does not know instead of passing over it.
/// </summary>
public sealed class OssServer : HttpObjectServer
{
    private static readonly HashSet<string> KnownHeaders = new(StringComparer.OrdinalIgnoreCase)
    {
        "x-oss-content-sha256", "x-oss-date", "x-oss-security-token", "x-oss-forbid-overwrite", "x-oss-range-behavior",
        "x-oss-storage-class", "x-oss-object-acl", "x-oss-server-side-encryption", "x-oss-server-side-encryption-key-id",
    };

    /// <summary>The parameters of a query that ask for another operation.</summary>
    private static readonly HashSet<string> Subresources = new(StringComparer.Ordinal)
    {
        "accessPoint", "acl", "append", "bucketInfo", "callback", "cname", "cors", "delete", "encryption", "inventory",
        "lifecycle", "list-type", "live", "location", "logging", "objectMeta", "partNumber", "policy", "position", "qos",
        "referer", "replication", "requestPayment", "restore", "stat", "symlink", "tagging", "transferAcceleration", "uploadId",
        "uploads", "versionId", "versioning", "versions", "website", "worm", "x-oss-process", "x-oss-copy-source",
    };

    private readonly OssAuthentication _authentication;
    private int _number;

    private OssServer(OssServerOptions options) => (Options, _authentication) = (options, new(options));

    /// <summary>What it is like, to be changed at any time.</summary>
    public OssServerOptions Options { get; }

    /// <summary>The bucket that it began with.</summary>
    public Bucket Bucket => this[Options.Bucket];

    public static async Task<OssServer> StartAsync(OssServerOptions? options = null)
    {
        var server = new OssServer(options ?? new());
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
        else if (host.Equals(Options.OwnHost, StringComparison.OrdinalIgnoreCase))
        {
            (request.Bucket, request.Key) = (Options.Bucket, path[1..]);
        }
        else if (IPAddress.TryParse(host, out _))
        {
            var slash = path.IndexOf('/', 1);
            (request.Bucket, request.Key) = slash < 0 ? (path[1..], "") : (path[1..slash], path[(slash + 1)..]);
        }
        else
        {
            throw new ServiceException(
                403, "SecondLevelDomainForbidden",
                "The bucket you are attempting to access must be addressed using OSS third level domain.");
        }

        var subresources = request.Query.Select(pair => pair.Name).Where(Subresources.Contains).Order(StringComparer.Ordinal);
        request.Operation = request.Bucket.Length == 0 ? "" : (request.Key.Length > 0, request.Method, string.Join('&', subresources)) switch
        {
            (false, "GET", "") => "ListObjects",
            (false, "GET", "list-type") when request.Parameter("list-type") == "2" => "ListObjectsV2",
            (false, "GET", "uploads") => "ListMultipartUploads",
            (false, "GET", "versioning") => "GetBucketVersioning",
            (false, "POST", "delete") => "DeleteMultipleObjects",
            (true, "GET", "") => "GetObject",
            (true, "HEAD", "") => "HeadObject",
            (true, "PUT", "") => "PutObject",
            (true, "DELETE", "") => "DeleteObject",
            (true, "POST", "uploads") => "InitiateMultipartUpload",
            (true, "PUT", "partNumber&uploadId") => "UploadPart",
            (true, "GET", "uploadId") => "ListParts",
            (true, "POST", "uploadId") => "CompleteMultipartUpload",
            (true, "DELETE", "uploadId") => "AbortMultipartUpload",
            _ => "",
        };
    }

    private protected override async Task<Answer> AnswerAsync(ServerRequest request)
    {
        _authentication.Verify(request);
        RefuseUnknown(request);
        var bucket = FindBucket(request.Bucket)
            ?? throw new ServiceException(404, "NoSuchBucket", "The specified bucket does not exist.", ("BucketName", request.Bucket));
        if (Encoding.UTF8.GetByteCount(request.Key) > 1023 || request.Key.StartsWith('/') || request.Key.StartsWith('\\'))
        {
            throw new ServiceException(400, "InvalidObjectName", "The specified object is not valid.", ("ObjectName", request.Key));
        }

        var body = await OssBody.ReadAsync(request);
        var objects = new OssObjects(bucket, request, body, Options);
        var uploads = new OssUploads(bucket, request, body, Options);
        var listings = new OssListings(bucket, request);
        return Identify(request.Operation switch
        {
            "GetObject" or "HeadObject" => objects.Get(),
            "PutObject" => objects.Put(),
            "DeleteObject" => objects.Delete(),
            "DeleteMultipleObjects" => objects.DeleteMany(),
            "InitiateMultipartUpload" => uploads.Initiate(),
            "UploadPart" => uploads.Put(),
            "ListParts" => uploads.List(),
            "CompleteMultipartUpload" => uploads.Complete(),
            "AbortMultipartUpload" => uploads.Abort(),
            "ListObjectsV2" => listings.ListV2(),
            "ListObjects" => listings.ListV1(),
            "ListMultipartUploads" => listings.ListUploads(),
            "GetBucketVersioning" => Answer.Xml(200, new XElement(
                "VersioningConfiguration", bucket.IsVersioned ? new XElement("Status", "Enabled") : null)),
            _ => throw new InvalidOperationException(request.Operation),
        });
    }

    private protected override Answer ErrorOf(ServerRequest request, ServiceException error, int status)
    {
        var answer = Answer.Xml(
            status,
            new XElement(
                "Error",
                new XElement("Code", error.Code),
                new XElement("Message", error.Message),
                new XElement("RequestId", $"{_number:X24}"),
                new XElement("HostId", request.Host),
                error.Details.Select(detail => new XElement(detail.Name, detail.Value))));
        // An answer to HEAD has no body; this header has the document instead.
        return Identify(request.Method == "HEAD"
            ? answer.With("x-oss-err", Convert.ToBase64String(answer.Body[0].Span))
            : answer);
    }

    private Answer Identify(Answer answer) => answer
        .With("x-oss-request-id", $"{Interlocked.Increment(ref _number):X24}").With("Server", "AliyunOSS");

    private static void RefuseUnknown(ServerRequest request)
    {
        if (request.Operation.Length == 0)
        {
            throw new ServiceException(
                501, "NotImplemented", $"This server does not know {request.Method} with the query '{request.RawQuery}'.");
        }

        foreach (var name in request.Headers.Keys)
        {
            if (name.StartsWith("x-oss-", StringComparison.OrdinalIgnoreCase) && !KnownHeaders.Contains(name)
                && !name.StartsWith("x-oss-meta-", StringComparison.OrdinalIgnoreCase))
            {
                throw new ServiceException(501, "NotImplemented", $"This server does not know the header {name}.", ("Header", name));
            }
        }

        // OSS would pass over them, and whoever sends them relies on them.
        if (request.Method is not ("GET" or "HEAD") && (request.Header("If-Match") ?? request.Header("If-None-Match")) is not null)
        {
            throw new ServiceException(501, "NotImplemented", "OSS has conditions for reads only.", ("Header", "If-Match"));
        }
    }
}
