using Berth.Accounts;
using Berth.Auth;
using Berth.Endpoints;
using Berth.Storage;
using Berth.Stores;

namespace Berth;

/// <summary>Every endpoint of the distribution-spec, a line each. Where two patterns match one path, the first wins.</summary>
internal static class RouteTable
{
    /// <summary>The path of an upload session.</summary>
    public const string Upload = "/v2/{name}/blobs/uploads/{upload}";

    /// <summary>Where clients get tokens.</summary>
    public const string Token = "/token";

    /// <summary>The path of a manifest.</summary>
    public const string Manifest = "/v2/{name}/manifests/{reference}";
    private const string Blob = "/v2/{name}/blobs/{digest}";
    private const string Uploads = "/v2/{name}/blobs/uploads/";
    private const string Tags = "/v2/{name}/tags/list";
    private const string Referrers = "/v2/{name}/referrers/{digest}";

    private static readonly string[] Read = ["GET", "HEAD"];

    public static Route[] Create(
        RegistryOptions options, RegistryStorage storage, UploadStore uploads, TimeProvider time)
    {
        var (records, objects) = (storage.Records, storage.Objects);
        var grace = new GracePeriod(time, options.Collection.Grace);
        var blobs = new BlobStore(records, objects, grace);
        var tags = new TagStore(records, time);
        var manifests = new ManifestStore(records, objects, grace);
        var referrers = new ReferrerStore(records, manifests);
        var repositories = new RepositoryStore(records, time);
        var check = new ReferenceCheck(blobs, manifests, options);
        var removal = new ManifestRemoval(manifests, tags, referrers);
        var putManifest = new PutManifest(repositories, manifests, tags, referrers, removal, check, grace, options);
        var index = options.Auth.Mode == AuthMode.Accounts ? new ProjectIndex(records) : null;
        var listRepositories = new ListRepositories(repositories, index);
        return
        [
            new("end-1", Read, "/v2/", Access.Login, CheckApi.HandleAsync),
            new("catalog", ["GET"], "/v2/_catalog", Access.Catalog, listRepositories.HandleAsync),
            new("end-4", ["POST"], Uploads, Access.Push, new StartUpload(uploads, blobs).HandleAsync), // and end-11
            new("end-2", Read, Blob, Access.Pull, new GetBlob(blobs, objects, options, new(time)).HandleAsync),
            new("end-3", Read, Manifest, Access.Pull, new GetManifest(manifests, tags).HandleAsync),
            new("end-5", ["PATCH"], Upload, Access.Push, new AppendUpload(uploads).HandleAsync),
            new("end-6", ["PUT"], Upload, Access.Push, new FinishUpload(uploads, blobs).HandleAsync),
            new("end-7", ["PUT"], Manifest, Access.Push, putManifest.HandleAsync),
            new("end-8", ["GET"], Tags, Access.Pull, new ListTags(tags, repositories).HandleAsync),
            new("end-9", ["DELETE"], Manifest, Access.Delete,
                new DeleteManifest(tags, removal).HandleAsync),
            new("end-10", ["DELETE"], Blob, Access.Delete, new DeleteBlob(blobs).HandleAsync),
            new("end-12", ["GET"], Referrers, Access.Pull, new ListReferrers(referrers).HandleAsync),
            new("end-13", ["GET"], Upload, Access.Push, new GetUpload(uploads).HandleAsync),
            new("end-14", ["DELETE"], Upload, Access.Push, new CancelUpload(uploads).HandleAsync),
            new("healthz", Read, "/healthz", Access.None, CheckHealth.AliveAsync),
            new("readyz", Read, "/readyz", Access.None, new CheckHealth(records, objects, time).ReadyAsync),
        ];
    }
}
