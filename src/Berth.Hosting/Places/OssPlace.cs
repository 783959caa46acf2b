using Berth.Storage;
using Berth.Storage.Oss;
using Microsoft.Extensions.Logging;

namespace Berth.Hosting;

/// <summary>A bucket of Aliyun OSS.</summary>
public sealed record OssPlace : StoragePlace
{
    /// <summary>The bucket.</summary>
    public const string Bucket = Section + nameof(OssStorageOptions.Bucket);

    /// <summary>The region, which signatures name.</summary>
    public const string Region = Section + nameof(OssStorageOptions.Region);

    /// <summary>Where the registry reaches OSS.</summary>
    public const string Endpoint = Section + nameof(OssStorageOptions.Endpoint);

    /// <summary>Whether that is within Aliyun's network.</summary>
    public const string Internal = Section + nameof(OssStorageOptions.Internal);

    /// <summary>Where clients reach the bucket.</summary>
    public const string PublicEndpoint = Section + nameof(OssStorageOptions.PublicEndpoint);

    /// <summary>Whether addresses without a scheme are https.</summary>
    public const string Secure = Section + nameof(OssStorageOptions.Secure);

    /// <summary>What all keys begin with.</summary>
    public const string Prefix = Section + nameof(OssStorageOptions.Prefix);

    /// <summary>The id of a key pair.</summary>
    public const string AccessKeyId = Section + nameof(OssStorageOptions.AccessKeyId);

    /// <summary>The secret of the key pair. Secret.</summary>
    public const string AccessKeySecret = Section + nameof(OssStorageOptions.AccessKeySecret);

    /// <summary>The token of a temporary key pair. Secret.</summary>
    public const string SecurityToken = Section + nameof(OssStorageOptions.SecurityToken);

    private const string Section = "Berth:Storage:Oss:";

    private OssPlace(OssStorageOptions options) => Options = options;

    /// <summary>Its settings, with what a help says of them.</summary>
    public static IReadOnlyList<(string Name, string Meaning)> Settings { get; } =
    [
        (Bucket, "the oss provider's bucket, without versioning"),
        (Region, "its region, such as cn-hangzhou (the endpoint's)"),
        (Endpoint, "another address than the region's; outside aliyuncs.com the bucket's own host name"),
        (Internal, "whether the registry stays within Aliyun's network (false)"),
        (PublicEndpoint, "the address by which clients reach the bucket (the region's public one)"),
        (Secure, "whether addresses without http:// or https:// are https (true)"),
        (Prefix, "what all keys begin with (none)"),
        (AccessKeyId, "a key pair's id"),
        (AccessKeySecret, "the key pair's secret"),
        (SecurityToken, "the token of a temporary key pair of STS"),
    ];

    /// <inheritdoc/>
    public override string Setting => Bucket;

    /// <summary>The bucket.</summary>
    public OssStorageOptions Options { get; }

    /// <summary>Reads the settings.</summary>
    /// <exception cref="SettingsException">A value is malformed or missing, or two contradict each other.</exception>
    public static StoragePlace Bind(Settings settings, BerthDefaults defaults, string workingDirectory)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var options = new OssStorageOptions
        {
            Bucket = settings.Text(Bucket) ?? "",
            Region = settings.Text(Region),
            Endpoint = settings.Text(Endpoint),
            Internal = settings.Read<bool>(Internal, false, ValueFormats.TryBoolean, "true or false"),
            PublicEndpoint = settings.Text(PublicEndpoint),
            Secure = settings.Text(Secure) is null
                ? null : settings.Read<bool>(Secure, true, ValueFormats.TryBoolean, "true or false"),
            Prefix = settings.Text(Prefix)?.Trim('/') ?? "", // as the Docker registry's rootdirectory is written
            AccessKeyId = settings.Text(AccessKeyId) ?? "",
            AccessKeySecret = settings.Text(AccessKeySecret) ?? "",
            SecurityToken = settings.Text(SecurityToken),
        };
        return options.TryCheck(out var problem)
            ? new OssPlace(options) : throw settings.Refusal(Section + problem.Option, problem.Reason);
    }

    /// <inheritdoc/>
    public override string Text =>
        $"bucket {Options.Bucket}"
        + (Options.Prefix.Length == 0 ? "" : $", keys below {Options.Prefix}/,")
        + (Options.Endpoint is { } endpoint ? $" at {endpoint}" : $" in {Options.Region}");

    /// <inheritdoc/>
    public override RegistryStorage Open(ILogger logger) => OssStorage.Open(Options, TimeProvider.System, logger);
}
