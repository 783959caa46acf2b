using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text.RegularExpressions;

namespace Berth.Storage.Oss;

/// <summary>Where a bucket is.</summary>
/// <param name="Registry">For the registry.</param>
/// <param name="Public">For clients.</param>
/// <param name="Region">The region that signatures name.</param>
internal sealed partial record OssAddresses(OssAddress Registry, OssAddress Public, string Region)
{
    private const string Domain = ".aliyuncs.com";

    /// <summary>What the options say, or why they say nothing.</summary>
    public static bool TryCreate(
        OssStorageOptions options, [NotNullWhen(true)] out OssAddresses? addresses,
        [NotNullWhen(false)] out OssOptionProblem? problem)
    {
        addresses = null;
        problem = FindProblem(options);
        if (problem is not null)
            return false;

        var isSecure = options.Secure ?? true;
        var region = options.Region;
        if (!TryRead(nameof(options.Endpoint), options.Endpoint, options, out var endpoint, out problem)
            || !TryRead(nameof(options.PublicEndpoint), options.PublicEndpoint, options, out var shown, out problem))
        {
            return false;
        }

        var (named, isInternal) = RegionOf(endpoint, options.Bucket);
        if (named is not null && region is not null && named != region)
        {
            problem = new(nameof(options.Region), $"{options.Endpoint} is in {named}; write that, or nothing");
            return false;
        }

        region ??= named;
        if (region is null)
        {
            problem = new(nameof(options.Region), endpoint is null
                ? "the oss provider needs it, such as cn-hangzhou"
                : $"{options.Endpoint} does not say it, and signatures name it; write it, such as cn-hangzhou");
            return false;
        }

        if (options.Internal && endpoint is not null && named is null)
        {
            problem = new(
                nameof(options.Internal), $"{options.Endpoint} has no internal twin that is known; write its address there");
            return false;
        }

        var scheme = endpoint?.Uri.Scheme ?? (isSecure ? "https" : "http");
        if (endpoint is null || named is not null)
            endpoint = Own(scheme, region, options.Internal || isInternal);
        shown ??= named is not null || options.Endpoint is null ? Own(scheme, region, isInternal: false) : endpoint;
        addresses = new(endpoint, shown, region);
        return true;
    }

    private static OssOptionProblem? FindProblem(OssStorageOptions options)
    {
        if (!BucketPattern().IsMatch(options.Bucket))
        {
            return new(nameof(options.Bucket), options.Bucket.Length == 0
                ? "the oss provider needs it"
                : $"\"{options.Bucket}\" is no bucket's name; write 3 to 63 lower-case letters, digits and hyphens");
        }

        if (options.Region is { } region && !RegionPattern().IsMatch(region))
            return new(nameof(options.Region), $"\"{region}\" is no region; write {Spelled(region)}");
        if (options.Prefix.Length > OssStorageOptions.MaximumPrefixLength
            || (options.Prefix.Length > 0 && !PrefixPattern().IsMatch(options.Prefix)))
        {
            return new(
                nameof(options.Prefix),
                $"\"{options.Prefix}\" is not accepted; write up to {OssStorageOptions.MaximumPrefixLength} letters, digits, - _ . "
                + "and / between them, such as registry/prod");
        }

        if (options.AccessKeyId.Length == 0)
            return new(nameof(options.AccessKeyId), "the oss provider needs it");
        return options.AccessKeySecret.Length == 0
            ? new(nameof(options.AccessKeySecret), "the oss provider needs it too") : null;
    }

    /// <summary>How a region is spelled that was written as part of a host's name, or as the Docker registry once had it.</summary>
    private static string Spelled(string region)
    {
        var name = region.Trim().ToLowerInvariant().Replace('_', '-');
        name = MistakenPattern().Match(name) is { Success: true } found ? found.Groups["region"].Value : name;
        name = name.StartsWith("cn-oss-", StringComparison.Ordinal) ? "cn-" + name["cn-oss-".Length..] : name;
        return RegionPattern().IsMatch(name) ? name : "one such as cn-hangzhou";
    }

    private static bool TryRead(
        string option, string? text, OssStorageOptions options, out OssAddress? address,
        [NotNullWhen(false)] out OssOptionProblem? problem)
    {
        (address, problem) = (null, null);
        if (text is null)
            return true;
        var hasScheme = text.Contains("://", StringComparison.Ordinal);
        var full = hasScheme ? text : $"{(options.Secure ?? true ? "https" : "http")}://{text}";
        if (!Uri.TryCreate(full, UriKind.Absolute, out var uri)
            || uri is not { Scheme: "https" or "http", UserInfo: "", Query: "", Fragment: "", AbsolutePath: "/" })
        {
            // Not with its text: it may hold a key.
            problem = new(option, "this is not accepted; write a host such as oss-cn-hangzhou.aliyuncs.com");
            return false;
        }

        if (hasScheme && options.Secure is { } isSecure && isSecure != (uri.Scheme == "https"))
        {
            problem = new(nameof(options.Secure), $"{option} is {uri.Scheme}, which contradicts it; keep one");
            return false;
        }

        var isWhole = uri.Host.StartsWith(options.Bucket + ".", StringComparison.Ordinal)
            || (!uri.Host.EndsWith(Domain, StringComparison.Ordinal) && !IPAddress.TryParse(uri.Host, out _));
        address = new(uri, isWhole);
        return true;
    }

    /// <summary>The region of OSS's own host, of all buckets or of this one, and whether clients cannot reach it.</summary>
    private static (string? Region, bool IsInternal) RegionOf(OssAddress? address, string bucket)
    {
        if (address is not { Uri: { IsDefaultPort: true, Host: var host } })
            return (null, false);
        var shared = host.StartsWith(bucket + ".", StringComparison.Ordinal) ? host[(bucket.Length + 1)..] : host;
        return EndpointPattern().Match(shared) is { Success: true } found
            ? (found.Groups["region"].Value, found.Groups["internal"].Success) : (null, false);
    }

    private static OssAddress Own(string scheme, string region, bool isInternal) =>
        new(new($"{scheme}://oss-{region}{(isInternal ? "-internal" : "")}{Domain}"), IsBucketsOwn: false);

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9-]{1,61}[a-z0-9]\z", RegexOptions.CultureInvariant)]
    private static partial Regex BucketPattern();

    /// <summary>Two letters of a country, then the place: cn-hangzhou, ap-southeast-1, cn-shanghai-finance-1.</summary>
    [GeneratedRegex(
        @"\A(?!cn-oss-)[a-z]{2}(-[a-z0-9]+)+(?<!-internal)\z", RegexOptions.CultureInvariant)]
    private static partial Regex RegionPattern();

    [GeneratedRegex(
        @"\A(oss-)?(?<region>.*?)(-internal)?(\.aliyuncs\.com)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex MistakenPattern();

    [GeneratedRegex(
        @"\Aoss-(?<region>[a-z]{2}(-[a-z0-9]+?)+?)(?<internal>-internal)?\.aliyuncs\.com\z", RegexOptions.CultureInvariant)]
    private static partial Regex EndpointPattern();

    [GeneratedRegex(
        @"\A(?!\.{1,2}(/|\z))[A-Za-z0-9_.-]+(/(?!\.{1,2}(/|\z))[A-Za-z0-9_.-]+)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex PrefixPattern();
}

/// <summary>A place that serves a bucket.</summary>
/// <param name="Uri">Scheme, host and port.</param>
/// <param name="IsBucketsOwn">Whether the host is the bucket's alone, so that its name is not put before it.</param>
internal sealed record OssAddress(Uri Uri, bool IsBucketsOwn);
