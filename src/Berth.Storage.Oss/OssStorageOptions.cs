using System.Diagnostics.CodeAnalysis;

namespace Berth.Storage.Oss;

/// <summary>Which bucket, how to reach it, and as whom.</summary>
public sealed record OssStorageOptions
{
    /// <summary>The longest <see cref="Prefix"/>, in characters.</summary>
    public const int MaximumPrefixLength = 100;

    /// <summary>The bucket, which must be there, without versioning.</summary>
    public required string Bucket { get; init; }

    /// <summary>
    /// The region, such as cn-hangzhou: every signature names it. <see langword="null"/> where <see cref="Endpoint"/> is
    /// OSS's own and says it.
    /// </summary>
    public string? Region { get; init; }

    /// <summary>
    /// Where the registry reaches OSS: a host such as oss-cn-hangzhou.aliyuncs.com, or an http or https address; outside
    /// aliyuncs.com the bucket's own host name. <see langword="null"/> for the region's.
    /// </summary>
    public string? Endpoint { get; init; }

    /// <summary>Whether the registry reaches OSS within Aliyun's network, which is not paid by the byte.</summary>
    public bool Internal { get; init; }

    /// <summary>
    /// Where clients reach the bucket, which signed URLs name: as <see cref="Endpoint"/>. <see langword="null"/> for the
    /// region's public one.
    /// </summary>
    public string? PublicEndpoint { get; init; }

    /// <summary>Whether addresses without http:// or https:// are https. <see langword="null"/> for yes.</summary>
    public bool? Secure { get; init; }

    /// <summary>What all keys begin with, without a slash at either end; empty for the bucket's root.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>The id of a key pair, of a RAM user or from STS.</summary>
    public required string AccessKeyId { get; init; }

    /// <summary>The secret of the key pair. Secret.</summary>
    public required string AccessKeySecret { get; init; }

    /// <summary>The token that belongs to a temporary key pair of STS. Secret.</summary>
    public string? SecurityToken { get; init; }

    /// <summary>Whether the options can be used, as far as can be told without a call.</summary>
    /// <param name="problem">The name of the option that is wrong or missing, and what to write.</param>
    public bool TryCheck([NotNullWhen(false)] out OssOptionProblem? problem) =>
        OssAddresses.TryCreate(this, out _, out problem);

    /// <summary>The place, without secrets.</summary>
    public override string ToString() => Prefix.Length == 0 ? $"oss://{Bucket}" : $"oss://{Bucket}/{Prefix}";
}

/// <summary>Why options cannot be used.</summary>
/// <param name="Option">The property of <see cref="OssStorageOptions"/>.</param>
/// <param name="Reason">What is wrong with it, and what to write.</param>
public sealed record OssOptionProblem(string Option, string Reason);
