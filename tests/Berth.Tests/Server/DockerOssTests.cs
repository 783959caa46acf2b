using Berth.Hosting;
using Berth.Server.Configuration;
using Berth.Storage.Oss;

namespace Berth.Tests.Server;

/// <summary>The parameters of the Docker registry's OSS driver, from file or environment to the options.</summary>
public sealed class DockerOssTests
{
    private const string Secret = "MTJ2bnZ4ZXhhbXBsZQ";

    /// <summary>Parameters beside bucket, region and key, and what they make of the options, unwarned.</summary>
    public static TheoryData<string, Func<OssStorageOptions, OssStorageOptions>> Parameters => new()
    {
        { "", options => options },
        { "REGION=cn-hangzhou", options => options },
        { "REGION=oss-ap-southeast-1", options => options with { Region = "ap-southeast-1" } },
        { "INTERNAL=true", options => options with { Internal = true } },
        { "INTERNAL=false", options => options },
        { "SECURE=false", options => options with { Secure = false } },
        { "SECURE=true", options => options with { Secure = true } },
        { "ROOTDIRECTORY=/", options => options },
        { "ROOTDIRECTORY=/images/prod", options => options with { Prefix = "images/prod" } },
        { "ENDPOINT=images.oss-cn-hangzhou.aliyuncs.com", At("oss-cn-hangzhou.aliyuncs.com") },
        { "ENDPOINT=images.oss-cn-hangzhou-internal.aliyuncs.com", At("oss-cn-hangzhou-internal.aliyuncs.com") },
        { "ENDPOINT=oss-cn-hangzhou.aliyuncs.com", At("oss-cn-hangzhou.aliyuncs.com") },
        { "ENDPOINT=images.example.com", At("images.example.com") },
        { "CHUNKSIZE=10485760", options => options },
        { "ENCRYPT=false", options => options },
    };

    public static TheoryData<string, string> Warnings => new()
    {
        { "ENCRYPT=true", "ENCRYPT" },
        { "ENCRYPTIONKEYID=k", "ENCRYPTIONKEYID" },
    };

    [Theory]
    [MemberData(nameof(Parameters))]
    public void A_variable_means_the_same_here(string variables, Func<OssStorageOptions, OssStorageOptions> change)
    {
        var place = new ServerFolderPlace([.. Environment(variables)]).Place;
        Assert.Equal(change(Plain), Assert.IsType<OssPlace>(place).Options);
    }

    [Theory]
    [MemberData(nameof(Parameters))]
    public void A_parameter_in_a_file_means_the_same_here(
        string variables, Func<OssStorageOptions, OssStorageOptions> change)
    {
        using var folder = new ServerFolder();
        var configuration = folder.ReadYaml(
            "storage:\n  oss:\n"
            + string.Concat(All(variables).Select(entry => $"    {entry.Name.ToLowerInvariant()}: {entry.Value}\n")));

        Assert.Equal(change(Plain), Assert.IsType<OssPlace>(configuration.Options.Berth.Place).Options);
        Assert.Empty(configuration.Warnings);
    }

    [Theory]
    [MemberData(nameof(Warnings))]
    public void What_is_not_kept_is_warned_about(string variables, string name)
    {
        using var folder = new ServerFolder();
        Assert.Equal(
            [$"REGISTRY_STORAGE_OSS_{name} is not used by Berth: the bucket's own setting encrypts, or does not"],
            folder.Read(null, [.. Environment(variables)]).Warnings);
    }

    [Fact]
    public void Every_parameter_is_tried() =>
        Assert.All(
            DockerOss.Driver.Used.Select(entry => entry.Docker)
                .Concat(DockerOss.Driver.Composed)
                .Concat(DockerOss.Driver.NotNeeded.Select(entry => entry.Docker))
                .Concat(DockerOss.Driver.Missed.Select(entry => entry.Docker)),
            name => Assert.Contains(
                Parameters.Select(row => (string)row[0]).Concat(Warnings.Select(row => (string)row[0])),
                row => All(row).Any(entry => entry.Name.Equals(name, StringComparison.OrdinalIgnoreCase))));

    [Theory]
    [InlineData("REGION=cn-oss-hangzhou", "REGION (Berth:Storage:Oss:Region): ", "write cn-hangzhou")]
    [InlineData("REGION=oss-cn-oss-hangzhou", "REGION (Berth:Storage:Oss:Region): ", "write cn-hangzhou")]
    [InlineData("INTERNAL=maybe", "INTERNAL (Berth:Storage:Oss:Internal): ", "true or false")]
    [InlineData("SECURE=maybe", "SECURE (Berth:Storage:Oss:Secure): ", "true or false")]
    [InlineData("BUCKET=Images", "BUCKET (Berth:Storage:Oss:Bucket): ", "lower-case")]
    [InlineData("ROOTDIRECTORY=/a//b", "ROOTDIRECTORY (Berth:Storage:Oss:Prefix): ", "registry/prod")]
    public void What_cannot_be_kept_stops_the_start_with_the_right_spelling(
        string variables, string beginning, string spelling)
    {
        using var folder = new ServerFolder();
        var message = folder.Refusal(null, [.. Environment(variables)]);
        Assert.StartsWith("REGISTRY_STORAGE_OSS_" + beginning, message, StringComparison.Ordinal);
        Assert.Contains(spelling, message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_secret_is_never_told()
    {
        using var folder = new ServerFolder();
        var configuration = folder.Read(null, [.. Environment("ENCRYPT=true")]);
        Assert.DoesNotContain(Secret, configuration.Options.Berth.Place.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(configuration.Warnings, line => line.Contains(Secret, StringComparison.Ordinal));
        Assert.DoesNotContain(
            Secret, folder.Refusal(null, [.. Environment($"ACCESSKEYSECRET=[{Secret},{Secret}]")]),
            StringComparison.Ordinal);
    }

    private static OssStorageOptions Plain { get; } = new()
    {
        Bucket = "images",
        Region = "cn-hangzhou",
        AccessKeyId = "LTAI",
        AccessKeySecret = Secret,
    };

    private static Func<OssStorageOptions, OssStorageOptions> At(string endpoint) =>
        options => options with { Endpoint = endpoint };

    private static IEnumerable<(string Name, string Value)> Environment(string variables) =>
        All(variables)
            .Select(entry => ("REGISTRY_STORAGE_OSS_" + entry.Name, entry.Value))
            .Append(("REGISTRY_STORAGE", "oss"));

    private static IEnumerable<(string Name, string Value)> All(string variables)
    {
        var said = variables.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(entry => entry.Split('=', 2))
            .ToDictionary(parts => parts[0], parts => parts[1]);
        said.TryAdd("BUCKET", "images");
        said.TryAdd("REGION", "oss-cn-hangzhou");
        said.TryAdd("ACCESSKEYID", "LTAI");
        said.TryAdd("ACCESSKEYSECRET", Secret);
        return said.Select(entry => (entry.Key, entry.Value));
    }
}
