namespace Berth.Storage.S3;

/// <summary>Which bucket, how to reach it, and what its server can do.</summary>
/// <remarks>
/// What is <see langword="null"/> and has two defaults takes the first without <see cref="Endpoint"/>, where the server
/// is Amazon's, and the second with it: other servers differ in what they know.
/// </remarks>
public sealed record S3StorageOptions
{
    /// <summary>The least <see cref="PartSize"/>, in bytes: what the registry's buffers hold anyway.</summary>
    public const int SmallestPartSize = 8 * 1024 * 1024;

    /// <summary>The largest <see cref="PartSize"/>, in bytes: a part waits in memory.</summary>
    public const int LargestPartSize = 256 * 1024 * 1024;

    /// <summary>The bucket, which must be there.</summary>
    public required string Bucket { get; init; }

    /// <summary>
    /// The region, such as eu-central-1; <see langword="null"/> for the one of the SDK's environment, or us-east-1 with
    /// <see cref="Endpoint"/>.
    /// </summary>
    public string? Region { get; init; }

    /// <summary>The server, http or https; <see langword="null"/> for Amazon's of the region.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The same server as clients reach it, which signed URLs name; <see langword="null"/> for the same address.</summary>
    public Uri? PublicEndpoint { get; init; }

    /// <summary>Whether the bucket stands in the path rather than in the host's name. False, true.</summary>
    public bool? ForcePathStyle { get; init; }

    /// <summary>What all keys begin with, without a slash at either end; empty for the bucket's root.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>The id of a key pair; <see langword="null"/> for the SDK's chain: environment, profile, web identity, instance.</summary>
    public string? AccessKeyId { get; init; }

    /// <summary>The secret of the key pair. Secret.</summary>
    public string? SecretAccessKey { get; init; }

    /// <summary>The token that belongs to a temporary key pair. Secret.</summary>
    public string? SessionToken { get; init; }

    /// <summary>Whether writes ask for encryption, beyond what the bucket does by itself.</summary>
    public S3Encryption ServerSideEncryption { get; init; }

    /// <summary>The KMS key; <see langword="null"/> for the account's own. Only with <see cref="S3Encryption.Kms"/>.</summary>
    public string? KmsKeyId { get; init; }

    /// <summary>The storage class of blobs, such as INTELLIGENT_TIERING; <see langword="null"/> for the bucket's default. Records,
    /// which are small and change, keep the default.</summary>
    public string? StorageClass { get; init; }

    /// <summary>
    /// The size of every part of an upload but its last, in bytes, from <see cref="SmallestPartSize"/> to
    /// <see cref="LargestPartSize"/>; <see langword="null"/> where parts may differ: 8 MiB, and 5 when memory is short.
    /// Cloudflare R2 needs one size.
    /// </summary>
    public int? PartSize { get; init; }

    /// <summary>When requests and answers carry checksums. When supported, when required.</summary>
    public S3Checksums? Checksums { get; init; }

    /// <summary>Whether bodies may go in signed chunks (aws-chunked). True, false.</summary>
    public bool? ChunkEncoding { get; init; }

    /// <summary>
    /// Whether the server keeps to If-Match on DELETE. True, false. Where not, a record is deleted by overwriting it with
    /// an empty object.
    /// </summary>
    public bool? ConditionalDeletes { get; init; }

    /// <summary>
    /// Accepts a server that ignores If-None-Match or If-Match: conditions are then checked by reading first, and of two
    /// writers at the same moment one loses what it wrote.
    /// </summary>
    public bool AllowUnconditionalWrites { get; init; }

    /// <summary>The bucket: a record would print its secrets too.</summary>
    public override string ToString() => $"bucket {Bucket}";
}

/// <summary>How a bucket's objects are encrypted at the server.</summary>
public enum S3Encryption
{
    /// <summary>As the bucket says.</summary>
    None,

    /// <summary>With S3's own keys (AES256).</summary>
    Aes256,

    /// <summary>With a key of KMS (aws:kms).</summary>
    Kms,
}

/// <summary>When requests and answers carry checksums.</summary>
public enum S3Checksums
{
    /// <summary>Wherever the API has them.</summary>
    WhenSupported,

    /// <summary>Only where the API wants them: what many servers other than Amazon's need.</summary>
    WhenRequired,
}
