using Berth.Storage.Oss;

namespace Berth.Storage.Tests.Oss;

/// <summary>Where a bucket is reached, by what the options say of it.</summary>
public sealed class OssAddressesTests
{
    /// <summary>Options, then the registry's address, the clients' address and the region. A bucket's own host has a star.</summary>
    public static TheoryData<string, string, string, string> Places => new()
    {
        {
            "Region=cn-hangzhou",
            "https://oss-cn-hangzhou.aliyuncs.com/", "https://oss-cn-hangzhou.aliyuncs.com/", "cn-hangzhou"
        },
        {
            "Region=cn-hangzhou Internal=true",
            "https://oss-cn-hangzhou-internal.aliyuncs.com/", "https://oss-cn-hangzhou.aliyuncs.com/", "cn-hangzhou"
        },
        {
            "Region=ap-southeast-1 Secure=false",
            "http://oss-ap-southeast-1.aliyuncs.com/", "http://oss-ap-southeast-1.aliyuncs.com/", "ap-southeast-1"
        },
        {
            "Endpoint=oss-cn-shanghai.aliyuncs.com",
            "https://oss-cn-shanghai.aliyuncs.com/", "https://oss-cn-shanghai.aliyuncs.com/", "cn-shanghai"
        },
        {
            "Endpoint=http://oss-cn-shanghai-internal.aliyuncs.com",
            "http://oss-cn-shanghai-internal.aliyuncs.com/", "http://oss-cn-shanghai.aliyuncs.com/", "cn-shanghai"
        },
        {
            "Endpoint=oss-cn-shanghai.aliyuncs.com Internal=true Region=cn-shanghai",
            "https://oss-cn-shanghai-internal.aliyuncs.com/", "https://oss-cn-shanghai.aliyuncs.com/", "cn-shanghai"
        },
        {
            "Endpoint=images.oss-cn-shanghai-internal.aliyuncs.com",
            "https://oss-cn-shanghai-internal.aliyuncs.com/", "https://oss-cn-shanghai.aliyuncs.com/", "cn-shanghai"
        },
        {
            "Region=cn-hangzhou Internal=true PublicEndpoint=layers.example.com",
            "https://oss-cn-hangzhou-internal.aliyuncs.com/", "https://layers.example.com/ *", "cn-hangzhou"
        },
        {
            "Region=cn-hangzhou PublicEndpoint=images.oss-cn-hangzhou.aliyuncs.com",
            "https://oss-cn-hangzhou.aliyuncs.com/", "https://images.oss-cn-hangzhou.aliyuncs.com/ *", "cn-hangzhou"
        },
        {
            "Region=cn-hangzhou PublicEndpoint=oss-accelerate.aliyuncs.com",
            "https://oss-cn-hangzhou.aliyuncs.com/", "https://oss-accelerate.aliyuncs.com/", "cn-hangzhou"
        },
        {
            "Region=cn-hangzhou Endpoint=http://127.0.0.1:9000",
            "http://127.0.0.1:9000/", "http://127.0.0.1:9000/", "cn-hangzhou"
        },
        {
            "Region=cn-hangzhou Endpoint=registry-data.example.com:8443",
            "https://registry-data.example.com:8443/ *", "https://registry-data.example.com:8443/ *", "cn-hangzhou"
        },
    };

    /// <summary>Options, the one that is to blame, and words of what is said of it.</summary>
    public static TheoryData<string, string, string> Problems => new()
    {
        { "", "Region", "needs it, such as cn-hangzhou" },
        { "Region=oss-cn-hangzhou", "Region", "\"oss-cn-hangzhou\" is no region; write cn-hangzhou" },
        { "Region=cn-oss-hangzhou", "Region", "write cn-hangzhou" },
        { "Region=oss-cn-hangzhou-internal", "Region", "write cn-hangzhou" },
        { "Region=cn-hangzhou-internal", "Region", "write cn-hangzhou" },
        { "Region=oss-ap-southeast-1.aliyuncs.com", "Region", "write ap-southeast-1" },
        { "Region=CN-Hangzhou", "Region", "write cn-hangzhou" },
        { "Region=hangzhou", "Region", "write one such as cn-hangzhou" },
        { "Region=cn-beijing Endpoint=oss-cn-hangzhou.aliyuncs.com", "Region", "is in cn-hangzhou" },
        { "Endpoint=oss.example.com", "Region", "does not say it" },
        { "Region=cn-beijing Endpoint=oss.example.com Internal=true", "Internal", "no internal twin" },
        { "Region=cn-beijing Endpoint=https://key:pass@oss-cn-beijing.aliyuncs.com", "Endpoint", "this is not accepted" },
        { "Region=cn-beijing Endpoint=ftp://oss-cn-beijing.aliyuncs.com", "Endpoint", "this is not accepted" },
        { "Region=cn-beijing PublicEndpoint=https://layers.example.com/path", "PublicEndpoint", "this is not accepted" },
        { "Region=cn-beijing Endpoint=http://oss-cn-beijing.aliyuncs.com Secure=true", "Secure", "contradicts" },
        { "Region=cn-beijing Bucket=Images", "Bucket", "is no bucket's name" },
        { "Region=cn-beijing Bucket=", "Bucket", "needs it" },
        { "Region=cn-beijing Prefix=a//b", "Prefix", "is not accepted" },
        { "Region=cn-beijing Prefix=a/../b", "Prefix", "is not accepted" },
        { "Region=cn-beijing AccessKeyId=", "AccessKeyId", "needs it" },
        { "Region=cn-beijing AccessKeySecret=", "AccessKeySecret", "needs it" },
    };

    [Theory]
    [MemberData(nameof(Places))]
    public void Options_say_where_the_bucket_is(string text, string registry, string clients, string region)
    {
        Assert.True(OssAddresses.TryCreate(Options(text), out var addresses, out var problem), problem?.Reason);

        Assert.Equal(registry, Written(addresses.Registry));
        Assert.Equal(clients, Written(addresses.Public));
        Assert.Equal(region, addresses.Region);

        static string Written(OssAddress address) => address.Uri + (address.IsBucketsOwn ? " *" : "");
    }

    [Theory]
    [MemberData(nameof(Problems))]
    public void What_cannot_be_used_is_named_with_what_to_write(string text, string option, string reason)
    {
        Assert.False(Options(text).TryCheck(out var problem));

        Assert.Equal(option, problem.Option);
        Assert.Contains(reason, problem.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("pass@", problem.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_are_printed_without_secrets()
    {
        var options = Options("Region=cn-beijing Prefix=prod") with { SecurityToken = "hush" };

        Assert.Equal("oss://images/prod", options.ToString());
    }

    private static OssStorageOptions Options(string text)
    {
        var values = text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        return new()
        {
            Bucket = values.GetValueOrDefault("Bucket", "images"),
            Region = values.GetValueOrDefault("Region"),
            Endpoint = values.GetValueOrDefault("Endpoint"),
            Internal = values.GetValueOrDefault("Internal") == "true",
            PublicEndpoint = values.GetValueOrDefault("PublicEndpoint"),
            Secure = values.TryGetValue("Secure", out var secure) ? secure == "true" : null,
            Prefix = values.GetValueOrDefault("Prefix", ""),
            AccessKeyId = values.GetValueOrDefault("AccessKeyId", "id"),
            AccessKeySecret = values.GetValueOrDefault("AccessKeySecret", "hush"),
        };
    }
}
