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
///   uploads / {uuid}                              UploadSession
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
///   probe / {random}                              written and deleted when a host starts
/// objects
///   objects/{2 hex}/{30 hex}                      a blob, a large manifest, or an upload that may be a whole blob
///   tails/{2 hex}/{30 hex}                        what an upload holds after its last part: never part of a blob, so a
///                                                 store may delete it by age
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

    private const string BlobRow = "~"; // greater than every repository's row, so that those list first

    public static RecordKey Repository(RepositoryName name) => new(Repositories, Encode(name));

    public static string Tags(RepositoryName name) => "tags/" + Encode(name);

    public static RecordKey Tag(RepositoryName name, Tag tag) => new(Tags(name), tag.ToString());

    public static string Manifests(RepositoryName name) => "manifests/" + Encode(name);

    public static RecordKey Manifest(RepositoryName name, Digest digest) => new(Manifests(name), digest.ToString());

    public static string Referrers(RepositoryName name, Digest subject) => $"referrers/{Encode(name)}/{subject}";

    public static RecordKey Referrer(RepositoryName name, Digest subject, Digest digest) =>
        new(Referrers(name, subject), digest.ToString());

    public static string BlobPartition(Digest digest) => $"blobs/{digest}";

    public static RecordKey Blob(Digest digest) => new(BlobPartition(digest), BlobRow);

    public static RecordKey BlobLink(Digest digest, RepositoryName name) => new(BlobPartition(digest), Encode(name));

    /// <summary>Whether a row of a blob's partition is a repository's link.</summary>
    public static bool IsBlobLink(string row) => row != BlobRow;

    public static RecordKey Upload(UploadId id) => new("uploads", id.ToString());

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
    public static string NewObject() => New("objects");

    /// <summary>A key that no object has had, for bytes that will be sent again with the part after them.</summary>
    public static string NewTail() => New("tails");

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

    private static string New(string folder)
    {
        var name = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        return $"{folder}/{name[..2]}/{name[2..]}";
    }
}
