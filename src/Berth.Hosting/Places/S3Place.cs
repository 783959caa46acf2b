using System.Diagnostics.CodeAnalysis;
using Berth.Storage;
using Berth.Storage.S3;
using Microsoft.Extensions.Logging;

namespace Berth.Hosting;

/// <summary>A bucket of S3, or of a server that speaks its language.</summary>
public sealed record S3Place : StoragePlace
{
    /// <summary>The bucket.</summary>
    public const string Bucket = "Berth:Storage:S3:Bucket";

    /// <summary>The region.</summary>
    public const string Region = "Berth:Storage:S3:Region";

    /// <summary>A server that is not Amazon's.</summary>
    public const string Endpoint = "Berth:Storage:S3:Endpoint";

    /// <summary>The same server as clients reach it.</summary>
    public const string PublicEndpoint = "Berth:Storage:S3:PublicEndpoint";

    /// <summary>Whether the bucket stands in the path.</summary>
    public const string ForcePathStyle = "Berth:Storage:S3:ForcePathStyle";

    /// <summary>What all keys begin with.</summary>
    public const string Prefix = "Berth:Storage:S3:Prefix";

    /// <summary>The id of a key pair.</summary>
    public const string AccessKeyId = "Berth:Storage:S3:AccessKeyId";

    /// <summary>The secret of the key pair. Secret.</summary>
    public const string SecretAccessKey = "Berth:Storage:S3:SecretAccessKey";

    /// <summary>The token of a temporary key pair. Secret.</summary>
    public const string SessionToken = "Berth:Storage:S3:SessionToken";

    /// <summary>Encryption at the server.</summary>
    public const string ServerSideEncryption = "Berth:Storage:S3:ServerSideEncryption";

    /// <summary>The key of KMS.</summary>
    public const string KmsKeyId = "Berth:Storage:S3:KmsKeyId";

    /// <summary>The storage class of blobs.</summary>
    public const string StorageClass = "Berth:Storage:S3:StorageClass";

    /// <summary>One size for all parts of an upload.</summary>
    public const string PartSize = "Berth:Storage:S3:PartSize";

    /// <summary>When checksums are sent.</summary>
    public const string Checksums = "Berth:Storage:S3:Checksums";

    /// <summary>Whether bodies may go in signed chunks.</summary>
    public const string ChunkEncoding = "Berth:Storage:S3:ChunkEncoding";

    /// <summary>Whether DELETE knows If-Match.</summary>
    public const string ConditionalDeletes = "Berth:Storage:S3:ConditionalDeletes";

    /// <summary>Accepts a server without conditional writes.</summary>
    public const string AllowUnconditionalWrites = "Berth:Storage:S3:AllowUnconditionalWrites";

    private S3Place(S3StorageOptions options) => Options = options;

    /// <summary>Its settings, with what a help says of them.</summary>
    public static IReadOnlyList<(string Name, string Meaning)> Settings { get; } =
    [
        (Bucket, "the s3 provider's bucket"),
        (Region, "its region (the environment's; with an endpoint us-east-1)"),
        (Endpoint, "https://HOST of a server that is not Amazon's"),
        (PublicEndpoint, "https://HOST by which clients reach that server (the same)"),
        (ForcePathStyle, "whether the bucket stands in the path (true with an endpoint)"),
        (Prefix, "what all keys begin with (none)"),
        (AccessKeyId, "a key pair's id (without: environment, profile, web identity, instance)"),
        (SecretAccessKey, "the key pair's secret"),
        (SessionToken, "the token of a temporary key pair"),
        (ServerSideEncryption, "none, AES256 or aws:kms (none)"),
        (KmsKeyId, "the key for aws:kms (the account's own)"),
        (StorageClass, "the storage class of blobs (the bucket's)"),
        (PartSize, "one size for all parts of a layer, which R2 needs: 8MiB (not set: 5 to 8MiB)"),
        (Checksums, "when-supported or when-required (with an endpoint when-required)"),
        (ChunkEncoding, "whether bodies may go in signed chunks (with an endpoint false)"),
        (ConditionalDeletes, "whether DELETE knows If-Match (with an endpoint false)"),
        (AllowUnconditionalWrites, "accept a server that ignores conditions; writers may lose data (false)"),
    ];

    /// <inheritdoc/>
    public override string Setting => Bucket;

    /// <summary>The bucket.</summary>
    public S3StorageOptions Options { get; }

    /// <summary>Reads the settings.</summary>
    /// <exception cref="SettingsException">A value is malformed or missing, or two contradict each other.</exception>
    public static StoragePlace Bind(Settings settings, BerthDefaults defaults, string workingDirectory)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Text(Bucket) is null)
            throw new SettingsException($"{Bucket}: the s3 provider needs it");
        var options = new S3StorageOptions
        {
            Bucket = settings.Read<string>(
                Bucket, "", TryBucket, "3 to 63 lower-case letters, digits, hyphens and dots"),
            Region = settings.Read<string?>(
                Region, null, TryRegion, "a region such as eu-central-1: letters, digits and hyphens"),
            Endpoint = ReadUri(settings, Endpoint),
            PublicEndpoint = ReadUri(settings, PublicEndpoint),
            ForcePathStyle = ReadBoolean(settings, ForcePathStyle),
            Prefix = settings.Read<string>(
                Prefix, "", TryPrefix, "up to 100 letters, digits, - _ . and / between them, such as registry/prod"),
            AccessKeyId = settings.Text(AccessKeyId),
            SecretAccessKey = settings.Text(SecretAccessKey),
            SessionToken = settings.Text(SessionToken),
            ServerSideEncryption = settings.Read<S3Encryption>(
                ServerSideEncryption, S3Encryption.None, TryEncryption, "none, AES256 or aws:kms"),
            KmsKeyId = settings.Text(KmsKeyId),
            StorageClass = settings.Read<string?>(
                StorageClass, null, TryStorageClass,
                "a class that is read at once, such as STANDARD_IA or INTELLIGENT_TIERING"),
            PartSize = settings.Read<int?>(PartSize, null, TryPartSize, "8MiB to 256MiB"),
            Checksums = settings.Read<S3Checksums?>(
                Checksums, null, TryChecksums, "when-supported or when-required"),
            ChunkEncoding = ReadBoolean(settings, ChunkEncoding),
            ConditionalDeletes = ReadBoolean(settings, ConditionalDeletes),
            AllowUnconditionalWrites = ReadBoolean(settings, AllowUnconditionalWrites) ?? false,
        };
        if (options.Bucket.EndsWith("--x-s3", StringComparison.Ordinal))
            throw settings.Refusal(Bucket, "this is a directory bucket, which lists its objects in no order");
        Validate(settings, options);
        return new S3Place(options);
    }

    /// <inheritdoc/>
    public override string Text =>
        $"bucket {Options.Bucket}"
        + (Options.Prefix.Length == 0 ? "" : $", keys below {Options.Prefix}/,")
        + (Options.Endpoint is { } endpoint ? $" at {endpoint.Authority}"
            : Options.Region is { } region ? $" in {region}" : " of Amazon S3");

    /// <inheritdoc/>
    public override RegistryStorage Open(ILogger logger) => S3Storage.Open(Options, TimeProvider.System, logger);

    /// <inheritdoc/>
    public override string AdviceOn(StorageFlaw flaw) => flaw == StorageFlaw.DeletesOldVersions
        ? $". Its server does not keep to If-Match on DELETE: set {ConditionalDeletes}=false"
        : ". Its server ignores "
            + (flaw == StorageFlaw.CreatesTwice ? "If-None-Match" : "If-Match")
            + $" on PUT. {AllowUnconditionalWrites}=true accepts that, for one instance of Berth: "
            + "of two that write the same tag or upload at once, one loses what it wrote and is not told";

    private static void Validate(Settings settings, S3StorageOptions options)
    {
        if (options.Endpoint is null && options.Region is { } region && region.Any(char.IsAsciiLetterUpper))
            throw settings.Refusal(Region, $"Amazon's are lower-case; write {region.ToLowerInvariant()}");
        if (options.Endpoint is null && options.PublicEndpoint is not null && options.Region is null)
            throw settings.Refusal(PublicEndpoint, $"{Region} is missing, which its URLs are signed for");
        if (options.AccessKeyId is null && options.SecretAccessKey is not null)
            throw settings.Refusal(SecretAccessKey, $"{AccessKeyId} is missing");
        if (options.AccessKeyId is not null && options.SecretAccessKey is null)
            throw settings.Refusal(AccessKeyId, $"{SecretAccessKey} is missing");
        if (options.SessionToken is not null && options.AccessKeyId is null)
            throw settings.Refusal(SessionToken, $"{AccessKeyId} and {SecretAccessKey} are missing");
        if (options.KmsKeyId is not null && options.ServerSideEncryption != S3Encryption.Kms)
            throw settings.Refusal(KmsKeyId, $"it needs {ServerSideEncryption}=aws:kms");
    }

    private static Uri? ReadUri(Settings settings, string name)
    {
        if (settings.Text(name) is not { } text)
            return null;
        // Not with its text: it may hold a key or a signature.
        return Uri.TryCreate(text, UriKind.Absolute, out var uri)
            && uri is { Scheme: "https" or "http", UserInfo: "", Query: "", Fragment: "", AbsolutePath: "/" }
            ? uri
            : throw settings.Refusal(name, "this is not accepted; write https://HOST, http://HOST or either with :PORT");
    }

    private static bool? ReadBoolean(Settings settings, string name) => settings.Read<bool?>(
        name, null,
        (string text, out bool? value) =>
        {
            var isBoolean = ValueFormats.TryBoolean(text, out var boolean);
            value = boolean;
            return isBoolean;
        },
        "true or false");

    private static bool TryBucket(string text, [NotNullWhen(true)] out string? name)
    {
        name = text;
        return text.Length is >= 3 and <= 63 && char.IsAsciiLetterOrDigit(text[0]) && char.IsAsciiLetterOrDigit(text[^1])
            && text.All(letter =>
                char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '-' or '.')
            && !text.Contains("..", StringComparison.Ordinal);
    }

    /// <summary>OpenStack's are called RegionOne and the like.</summary>
    private static bool TryRegion(string text, [NotNullWhen(true)] out string? region)
    {
        region = text;
        return text.Length <= 64
            && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_');
    }

    /// <summary>Slashes at the ends are habit from the Docker registry's rootdirectory.</summary>
    private static bool TryPrefix(string text, [NotNullWhen(true)] out string? prefix)
    {
        prefix = text.Trim('/');
        return prefix.Length <= 100
            && prefix.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' or '/')
            && (prefix.Length == 0 || prefix.Split('/').All(segment => segment is not ("" or "." or "..")));
    }

    private static bool TryEncryption(string text, out S3Encryption value)
    {
        value = text.ToLowerInvariant() switch
        {
            "aes256" => S3Encryption.Aes256,
            "aws:kms" => S3Encryption.Kms,
            _ => S3Encryption.None,
        };
        return value != S3Encryption.None || text.Equals("none", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>What lies in an archive takes hours to be read.</summary>
    private static bool TryStorageClass(string text, [NotNullWhen(true)] out string? name)
    {
        name = text;
        return text is not ("GLACIER" or "DEEP_ARCHIVE")
            && text.All(letter => char.IsAsciiLetterUpper(letter) || letter == '_');
    }

    private static bool TryPartSize(string text, out int? size)
    {
        var isSize = ValueFormats.TrySize(text, out var bytes)
            && bytes is >= S3StorageOptions.SmallestPartSize and <= S3StorageOptions.LargestPartSize;
        size = isSize ? (int)bytes : null;
        return isSize;
    }

    private static bool TryChecksums(string text, out S3Checksums? value)
    {
        value = text.ToLowerInvariant() switch
        {
            "when-supported" => S3Checksums.WhenSupported,
            "when-required" => S3Checksums.WhenRequired,
            _ => null,
        };
        return value is not null;
    }
}
