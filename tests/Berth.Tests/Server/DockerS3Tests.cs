using Berth.Hosting;
using Berth.Server.Configuration;
using Berth.Storage.S3;

namespace Berth.Tests.Server;

/// <summary>The parameters of the Docker registry's S3 driver, from a file or the environment to the options.</summary>
public sealed class DockerS3Tests
{
    private const string Secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    /// <summary>Parameters beside bucket and region, and what they make of the options without a warning.</summary>
    public static TheoryData<string, Func<S3StorageOptions, S3StorageOptions>> Parameters => new()
    {
        { "", options => options },
        { $"ACCESSKEY=AKIA {Pair("SECRETKEY")}", WithKey },
        {
            $"ACCESSKEY=AKIA {Pair("SECRETKEY")} SESSIONTOKEN=t",
            options => WithKey(options) with { SessionToken = "t" }
        },
        { "ACCESSKEY= SECRETKEY=", options => options },
        { "ROOTDIRECTORY=/", options => options },
        { "ROOTDIRECTORY=/images/prod", options => options with { Prefix = "images/prod" } },
        { "FORCEPATHSTYLE=true", options => options with { ForcePathStyle = true } },
        { "STORAGECLASS=standard_ia", options => options with { StorageClass = "STANDARD_IA" } },
        { "STORAGECLASS=NONE", options => options },
        { "ENCRYPT=true", options => options with { ServerSideEncryption = S3Encryption.Aes256 } },
        { "ENCRYPT=false", options => options },
        { "ENCRYPT=true KEYID=k", options => options with { ServerSideEncryption = S3Encryption.Kms, KmsKeyId = "k" } },
        { "CHUNKSIZE=5242880", options => options },
        { "CHUNKSIZE=8388608", options => options },
        { "CHUNKSIZE=33554432", options => options with { PartSize = 32 << 20 } },
        { "CHUNKSIZE=0x2000000", options => options with { PartSize = 32 << 20 } },
        { "REGIONENDPOINT=http://store:9000", At("http://store:9000") },
        { "REGIONENDPOINT=http://store:9000 SECURE=true", At("http://store:9000") },
        { "REGIONENDPOINT=store:9000", At("https://store:9000") },
        { "REGIONENDPOINT=store:9000 SECURE=false", At("http://store:9000") },
        { "REGIONENDPOINT=https://s3.example.com SECURE=false", At("https://s3.example.com") },
        {
            "REGIONENDPOINT=https://s3.example.com FORCEPATHSTYLE=false",
            options => At("https://s3.example.com")(options) with { ForcePathStyle = false }
        },
        {
            "REGIONENDPOINT=http://store:9000 REDIRECTENDPOINT=https://s3.example.com",
            options => At("http://store:9000")(options) with { PublicEndpoint = new("https://s3.example.com") }
        },
        {
            "MULTIPARTCOPYCHUNKSIZE=33554432 MULTIPARTCOPYMAXCONCURRENCY=100 MULTIPARTCOPYTHRESHOLDSIZE=1",
            options => options
        },
        { "SECURE=true V4AUTH=true SKIPVERIFY=false OBJECTACL=private LOGLEVEL=off USERAGENT=", options => options },
        { "ACCELERATE=false USEDUALSTACK=false USEFIPSENDPOINT=false", options => options },
    };

    public static TheoryData<string, string, string> Warnings => new()
    {
        { "ACCELERATE=true", "ACCELERATE", "requests and downloads go to the endpoint of the region" },
        { "CHUNKSIZE=1073741824", "CHUNKSIZE", "parts have at most 256MiB" },
        { "KEYID=k", "KEYID", "encrypt is not true, and the bucket decides" },
        { "KEYID=k ENCRYPT=false", "KEYID", "encrypt is not true, and the bucket decides" },
        { "LOGLEVEL=debug", "LOGLEVEL", "requests to the store are not logged" },
        { "OBJECTACL=public-read", "OBJECTACL", "objects belong to the bucket and get no ACL of their own" },
        { "SECURE=false", "SECURE", "Amazon S3 is reached by HTTPS" },
        { "SKIPVERIFY=true", "SKIPVERIFY", "certificates are verified; SSL_CERT_FILE names a file of those to trust" },
        { "USEDUALSTACK=true", "USEDUALSTACK", "set AWS_USE_DUALSTACK_ENDPOINT=true in the environment" },
        { "USEFIPSENDPOINT=true", "USEFIPSENDPOINT", "set AWS_USE_FIPS_ENDPOINT=true in the environment" },
        { "USERAGENT=mine", "USERAGENT", "requests carry the SDK's own" },
        { "V4AUTH=false", "V4AUTH", "requests are signed with version 4" },
    };

    [Theory]
    [MemberData(nameof(Parameters))]
    public void A_variable_means_the_same_here(string variables, Func<S3StorageOptions, S3StorageOptions> change)
    {
        var place = new ServerFolderPlace([.. Environment(variables)]).Place;
        Assert.Equal(change(Plain), Assert.IsType<S3Place>(place).Options);
    }

    [Theory]
    [MemberData(nameof(Parameters))]
    public void A_parameter_in_a_file_means_the_same_here(
        string variables, Func<S3StorageOptions, S3StorageOptions> change)
    {
        foreach (var driver in new[] { "s3", "s3aws" })
        {
            using var folder = new ServerFolder();
            var configuration = folder.ReadYaml(
                $"storage:\n  {driver}:\n    bucket: images\n    region: eu-central-1\n"
                + string.Concat(Split(variables)
                    .Select(entry => $"    {entry.Name.ToLowerInvariant()}: {entry.Value}\n")));

            Assert.Equal(change(Plain), Assert.IsType<S3Place>(configuration.Options.Berth.Place).Options);
            Assert.Empty(configuration.Warnings);
        }
    }

    [Theory]
    [MemberData(nameof(Warnings))]
    public void What_is_not_kept_is_warned_about(string variables, string name, string instead)
    {
        using var folder = new ServerFolder();
        var configuration = folder.Read(null, [.. Environment(variables)]);

        Assert.Equal([$"REGISTRY_STORAGE_S3_{name} is not used by Berth: {instead}"], configuration.Warnings);
        Assert.Equal("images", Assert.IsType<S3Place>(configuration.Options.Berth.Place).Options.Bucket);
    }

    [Fact]
    public void Every_parameter_is_tried() =>
        Assert.All(
            DockerS3.Driver.Used.Select(entry => entry.Docker)
                .Concat(DockerS3.Driver.Composed)
                .Concat(DockerS3.Driver.NotNeeded.Select(entry => entry.Docker))
                .Concat(DockerS3.Driver.Missed.Select(entry => entry.Docker))
                .Except(["bucket", "region"]),
            name => Assert.Contains(
                Parameters.Select(row => (string)row[0]).Concat(Warnings.Select(row => (string)row[0])),
                row => Split(row).Any(entry => entry.Name.Equals(name, StringComparison.OrdinalIgnoreCase))));

    [Fact]
    public void A_file_and_the_environment_complete_each_other()
    {
        using var folder = new ServerFolder();
        folder.Write(
            "config.yml", "storage: {s3: {bucket: images, region: x, encrypt: true, regionendpoint: 'store:9000'}}");
        var options = folder.Read(["config.yml"],
            ("REGISTRY_STORAGE_S3_REGION", "eu-central-1"),
            ("REGISTRY_STORAGE_S3_KEYID", "k"),
            ("REGISTRY_STORAGE_S3_SECURE", "false")).Options;

        Assert.Equal(
            At("http://store:9000")(Plain) with { ServerSideEncryption = S3Encryption.Kms, KmsKeyId = "k" },
            Assert.IsType<S3Place>(options.Berth.Place).Options);
    }

    [Theory]
    [InlineData("CHUNKSIZE=many", "REGISTRY_STORAGE_S3_CHUNKSIZE: \"many\" is not accepted; write a number of bytes")]
    [InlineData("ENCRYPT=maybe", "REGISTRY_STORAGE_S3_ENCRYPT: \"maybe\" is not accepted; write true or false")]
    [InlineData("SECURE=maybe", "REGISTRY_STORAGE_S3_SECURE: \"maybe\" is not accepted; write true or false")]
    [InlineData("FORCEPATHSTYLE=maybe", "REGISTRY_STORAGE_S3_FORCEPATHSTYLE (Berth:Storage:S3:ForcePathStyle): ")]
    [InlineData("STORAGECLASS=glacier", "REGISTRY_STORAGE_S3_STORAGECLASS (Berth:Storage:S3:StorageClass): ")]
    [InlineData(
        "REDIRECTENDPOINT=https://x/y", "REGISTRY_STORAGE_S3_REDIRECTENDPOINT (Berth:Storage:S3:PublicEndpoint): ")]
    [InlineData("ACCESSKEY=AKIA", "REGISTRY_STORAGE_S3_ACCESSKEY (Berth:Storage:S3:AccessKeyId): ")]
    [InlineData("ROOTDIRECTORY=/a//b", "REGISTRY_STORAGE_S3_ROOTDIRECTORY (Berth:Storage:S3:Prefix): ")]
    public void What_cannot_be_kept_stops_the_start(string variables, string beginning)
    {
        using var folder = new ServerFolder();
        Assert.StartsWith(beginning, folder.Refusal(null, [.. Environment(variables)]), StringComparison.Ordinal);
    }

    [Fact]
    public void The_secret_is_never_told()
    {
        using var folder = new ServerFolder();
        var configuration = folder.Read(null, [.. Environment($"ACCESSKEY=AKIA {Pair("SECRETKEY")} KEYID=k")]);
        Assert.DoesNotContain(Secret, configuration.Options.Berth.Place.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(configuration.Warnings, line => line.Contains(Secret, StringComparison.Ordinal));
        Assert.DoesNotContain(
            Secret, folder.Refusal(null, [.. Environment($"{Pair("SECRETKEY")}")]), StringComparison.Ordinal);
        Assert.DoesNotContain(
            Secret, folder.Refusal(null, [.. Environment($"ACCESSKEY=AKIA SECRETKEY=[{Secret},{Secret}]")]),
            StringComparison.Ordinal);
    }

    private static S3StorageOptions Plain { get; } = new() { Bucket = "images", Region = "eu-central-1" };

    private static S3StorageOptions WithKey(S3StorageOptions options) =>
        options with { AccessKeyId = "AKIA", SecretAccessKey = Secret };

    private static Func<S3StorageOptions, S3StorageOptions> At(string endpoint) =>
        options => options with { Endpoint = new(endpoint) };

    private static string Pair(string name) => $"{name}={Secret}";

    private static IEnumerable<(string Name, string Value)> Environment(string variables) =>
        Split(variables)
            .Concat([("BUCKET", "images"), ("REGION", "eu-central-1")])
            .Select(entry => ("REGISTRY_STORAGE_S3_" + entry.Item1, entry.Item2))
            .Append(("REGISTRY_STORAGE", "s3"));

    private static IEnumerable<(string Name, string Value)> Split(string variables) =>
        variables.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(entry => entry.Split('=', 2))
            .Select(parts => (parts[0], parts[1]));
}
