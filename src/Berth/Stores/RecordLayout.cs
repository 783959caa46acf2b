using System.Globalization;
using System.Security.Cryptography;
using Berth.Content;
using Berth.Storage;

namespace Berth.Stores;

/// <summary>Every key that the registry writes. Nothing else makes one.</summary>
/// <remarks>
/// <code>
/// records (partition / row)                       value
///   repos / {repo}                                the repository exists: listed by _catalog
///   tags/{repo} / {tag}                           TagRecord
///   manifests/{repo} / {digest}                   ManifestRecord, then the manifest's bytes where they are small
///   referrers/{repo}/{subject} / {digest}         Descriptor of a manifest whose subject this is
///   blobs/{digest} / ~                            StoredBlob: which object holds the content
///   blobs/{digest} / {repo}                       StoredBlob: the repository holds the blob
///   uploads/{2 hex} / {uuid}                      UploadSession, by the first digits of its id
///   accounts / {user}                             AccountRecord: a person, with groups and personal tokens
///   groups / {group}                              GroupRecord
///   projects / {project}                          ProjectRecord: its visibility and members
///   robots/{project} / {robot}                    RobotRecord
///   seen/{viewer} / {project}.                    a project that somebody may see: a hint, in no record's place
///   seen/library / {repo}                         a repository of one component
///   setup / administrator                         SetupRecord: who administers, or the code that makes the first who does
///   keys / {kid}                                  SigningKeyRecord: a key of Berth's own tokens
///   audit/{yyyyMMdd} / {time}-{random}            AuditRecord, newest first
///   auditdays / {yyyyMMdd}                        the day has events
///   collection / {shard}                          ShardRecord: who collects garbage there, and how far it came
///   scrub / cursor                                ScrubRecord: how far a scrub came that was ended
///   probe / {random}                              written and deleted when a host starts
/// objects
///   objects/{2 hex}/{30 hex}-{8 hex}              a blob, or an upload that may be a whole one: begins with the upload's id
///   tails/{2 hex}/{30 hex}-{8 hex}                what an upload holds after its last part: never part of a blob, so a
///                                                 store may delete it by age
///   manifests/{repo}/{digest}/{time}-{8 hex}      a manifest too large for its record, and when it was written
/// </code>
/// A {repo} is the name with <c>/</c>, <c>.</c> and <c>-</c> written as <c>.</c>, <c>-</c> and <c>+</c>: one segment,
/// legal in every store, and in the same ordinal order as the names themselves. So are {user}, {group}, {project} and {robot}.
/// </remarks>
internal static class RecordLayout
{
    public const string Repositories = "repos";

    public const string AuditDays = "auditdays";

    public const string DayFormat = "yyyyMMdd";

    public const string Accounts = "accounts";

    public const string Groups = "groups";

    public const string Projects = "projects";

    public const string Setup = "setup";

    public const string SigningKeys = "keys";

    public const string Uploads = "uploads";

    public const string Blobs = "blobs";

    /// <summary>What the keys of manifests too large for their records begin with.</summary>
    public const string ManifestObjects = "manifests/";

    /// <summary>The row of a blob's own record: greater than every repository's, so that those list first.</summary>
    public const string BlobRow = "~";

    public static RecordKey Repository(RepositoryName name) => new(Repositories, Encode(name));

    public static string Tags(RepositoryName name) => "tags/" + Encode(name);

    public static RecordKey Tag(RepositoryName name, Tag tag) => new(Tags(name), tag.ToString());

    /// <summary>What the partitions of manifests' records begin with.</summary>
    public const string ManifestRecords = "manifests";

    /// <summary>How far a scrub came.</summary>
    public static RecordKey Scrub => new("scrub", "cursor");

    public static string Manifests(RepositoryName name) => $"{ManifestRecords}/{Encode(name)}";

    public static RecordKey Manifest(RepositoryName name, Digest digest) => new(Manifests(name), digest.ToString());

    public static string Referrers(RepositoryName name, Digest subject) => $"referrers/{Encode(name)}/{subject}";

    public static RecordKey Referrer(RepositoryName name, Digest subject, Digest digest) =>
        new(Referrers(name, subject), digest.ToString());

    public static string BlobPartition(Digest digest) => $"{Blobs}/{digest}";

    public static RecordKey Blob(Digest digest) => new(BlobPartition(digest), BlobRow);

    public static RecordKey BlobLink(Digest digest, RepositoryName name) => new(BlobPartition(digest), Encode(name));

    /// <summary>Whether a row of a blob's partition is a repository's link.</summary>
    public static bool IsBlobLink(string row) => row != BlobRow;

    public static RecordKey Upload(UploadId id) => new(UploadShard(id.ToString()[..2]), id.ToString());

    /// <summary>The uploads whose ids begin with two digits.</summary>
    public static string UploadShard(string digits) => $"{Uploads}/{digits}";

    public static RecordKey Shard(string name) => new("collection", name);

    public static string Robots(ProjectName project) => "robots/" + Encode(project.ToString());

    public static RecordKey SigningKey(string id) => new(SigningKeys, id);

    public static RecordKey AuditDay(DateOnly day) => new(AuditDays, Text(day));

    public static string AuditEvents(DateOnly day) => "audit/" + Text(day);

    /// <summary>An event's key: the later, the earlier in the order of its day.</summary>
    public static RecordKey AuditEvent(DateTimeOffset time, string random) => new(
        AuditEvents(DateOnly.FromDateTime(time.UtcDateTime)), string.Create(
            CultureInfo.InvariantCulture, $"{DateTimeOffset.MaxValue.UtcTicks - time.UtcTicks:d19}-{random}"));

    /// <summary>The viewer of repositories of one component.</summary>
    public const string Library = "library";

    /// <summary>What somebody may see, in the ordinal order of repositories' names.</summary>
    public static string SeenProjects(string viewer) => "seen/" + viewer;

    /// <summary>A key that no object has had: bytes are written once and never moved.</summary>
    public static string NewObject(UploadId id) => $"{UploadObjects(id)}-{Random()}";

    /// <summary>A key that no object has had, for bytes that will be sent again with the part after them.</summary>
    public static string NewTail(UploadId id) => $"{UploadTails(id)}-{Random()}";

    /// <summary>With what the key of every object begins that an upload writes: no key, but less than each of them.</summary>
    public static string UploadObjects(UploadId id) => OfUpload("objects", id);

    /// <summary>As <see cref="UploadObjects"/>, of the tails.</summary>
    public static string UploadTails(UploadId id) => OfUpload("tails", id);

    /// <summary>A key that no object has had, for a manifest too large for its record.</summary>
    public static string NewManifestObject(RepositoryName name, Digest digest, DateTimeOffset time) => string.Create(
        CultureInfo.InvariantCulture, $"{ManifestObjects}{Encode(name)}/{digest}/{time.UtcDateTime:yyyyMMddHHmmss}-{Random()}");

    /// <summary>Takes a key of <see cref="NewManifestObject"/> apart.</summary>
    public static bool TryParseManifestObject(
        string key, out RepositoryName name, out Digest digest, out DateTimeOffset written)
    {
        (name, digest, written) = (default, default, default);
        return key.Split('/') is [_, var repository, var hash, var last]
            && RepositoryName.TryParse(Decode(repository), out name)
            && Content.Digest.TryParse(hash, out digest)
            && last.IndexOf('-', StringComparison.Ordinal) is > 0 and var end
            && DateTimeOffset.TryParseExact(
                last[..end], "yyyyMMddHHmmss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out written);
    }

    /// <summary>The upload that wrote an object.</summary>
    public static bool TryParseUploadObject(string key, out UploadId id)
    {
        id = default;
        return key.Split('/') is [_, { Length: 2 } first, { Length: >= 30 } rest]
            && Guid.TryParseExact(first + rest[..30], "N", out var value)
            && UploadId.TryParse(value.ToString("D"), out id);
    }

    /// <summary>The row of a name: in the same order as the names, and legal in every store.</summary>
    public static string Encode(string name) =>
        string.Create(name.Length, name, static (to, from) =>
        {
            for (var i = 0; i < to.Length; i++)
            {
                to[i] = from[i] switch { '-' => '+', '.' => '-', '/' => '.', var other => other };
            }
        });

    /// <summary>The name whose row this is.</summary>
    public static string Decode(string row) =>
        string.Create(row.Length, row, static (to, from) =>
        {
            for (var i = 0; i < to.Length; i++)
            {
                to[i] = from[i] switch { '+' => '-', '-' => '.', '.' => '/', var other => other };
            }
        });

    private static string Text(DateOnly day) => day.ToString(DayFormat, CultureInfo.InvariantCulture);

    private static string Encode(RepositoryName name) => Encode(name.ToString());

    private static string OfUpload(string folder, UploadId id)
    {
        var digits = id.ToString().Replace("-", "", StringComparison.Ordinal);
        return $"{folder}/{digits[..2]}/{digits[2..]}";
    }

    private static string Random() => RandomNumberGenerator.GetHexString(8, lowercase: true);
}
