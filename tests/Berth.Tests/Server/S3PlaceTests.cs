using Amazon.S3;
using Berth.Hosting;
using Berth.Storage;
using Berth.Storage.S3;
using Berth.TestTools;
using Berth.TestTools.ObjectServer;
using Microsoft.Extensions.Logging.Abstractions;

namespace Berth.Tests.Server;

/// <summary>The s3 provider's settings, and whether the host starts on what they name.</summary>
public sealed class S3PlaceTests : IAsyncLifetime
{
    private const string Secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    private S3Server _server = null!;

    public async Task InitializeAsync() => _server = await S3Server.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public void A_bucket_is_all_that_is_needed()
    {
        var options = Bind(("Bucket", "registry")).Options;

        Assert.Equal(new S3StorageOptions { Bucket = "registry" }, options);
    }

    [Fact]
    public void Every_setting_has_its_effect()
    {
        var options = Bind(
            ("Bucket", "registry"), ("Region", "auto"), ("Endpoint", "http://minio:9000"),
            ("PublicEndpoint", "https://files.example"), ("ForcePathStyle", "false"), ("Prefix", "/a/b-c/"),
            ("AccessKeyId", "AKID"), ("SecretAccessKey", Secret), ("SessionToken", "T"),
            ("ServerSideEncryption", "aws:kms"), ("KmsKeyId", "K"), ("StorageClass", "STANDARD_IA"),
            ("PartSize", "16MiB"), ("Checksums", "when-supported"), ("ChunkEncoding", "true"),
            ("ConditionalDeletes", "true"), ("AllowUnconditionalWrites", "true")).Options;

        Assert.Equal(
            new S3StorageOptions
            {
                Bucket = "registry",
                Region = "auto",
                Endpoint = new("http://minio:9000"),
                PublicEndpoint = new("https://files.example"),
                ForcePathStyle = false,
                Prefix = "a/b-c",
                AccessKeyId = "AKID",
                SecretAccessKey = Secret,
                SessionToken = "T",
                ServerSideEncryption = S3Encryption.Kms,
                KmsKeyId = "K",
                StorageClass = "STANDARD_IA",
                PartSize = 16 * 1024 * 1024,
                Checksums = S3Checksums.WhenSupported,
                ChunkEncoding = true,
                ConditionalDeletes = true,
                AllowUnconditionalWrites = true,
            },
            options);
        Assert.Equal(
            S3Place.Settings.Select(setting => setting.Name).Order(),
            typeof(S3StorageOptions).GetProperties().Where(property => property.GetMethod!.IsPublic && !property.GetMethod.IsStatic)
                .Select(property => "Berth:Storage:S3:" + property.Name).Order());
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("RegionOne")]
    public void Another_server_s_region_is_taken_as_it_is(string region) =>
        Assert.Equal(
            region, Bind(("Bucket", "registry"), ("Endpoint", "http://minio:9000"), ("Region", region)).Options.Region);

    [Theory]
    [InlineData("Bucket", "Registry", "lower-case")]
    [InlineData("Bucket", "ab", "3 to 63")]
    [InlineData("Bucket", "registry--use1-az4--x-s3", "directory bucket")]
    [InlineData("Region", "eu central", "eu-central-1")]
    [InlineData("Region", "EU-Central-1", "write eu-central-1")]
    [InlineData("Prefix", "a//b", "letters")]
    [InlineData("Prefix", "a/../b", "letters")]
    [InlineData("ForcePathStyle", "maybe", "true or false")]
    [InlineData("ServerSideEncryption", "AES", "AES256 or aws:kms")]
    [InlineData("StorageClass", "GLACIER", "read at once")]
    [InlineData("PartSize", "5MiB", "8MiB to 256MiB")]
    [InlineData("Checksums", "never", "when-required")]
    [InlineData("Endpoint", "minio:9000", "https://HOST")]
    [InlineData("Endpoint", "https://host/bucket", "https://HOST")]
    [InlineData("PublicEndpoint", "ftp://host", "https://HOST")]
    [InlineData("PublicEndpoint", "https://files.example", "Berth:Storage:S3:Region")]
    [InlineData("KmsKeyId", "k", "aws:kms")]
    public void A_bad_value_is_refused_by_name_with_what_is_accepted(string name, string value, string accepted)
    {
        (string, string)[] settings = name == "Bucket" ? [(name, value)] : [("Bucket", "registry"), (name, value)];

        var message = Assert.Throws<SettingsException>(() => Bind(settings)).Message;

        Assert.StartsWith($"Berth:Storage:S3:{name}:", message, StringComparison.Ordinal);
        Assert.Contains(accepted, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AccessKeyId")]
    [InlineData("SecretAccessKey")]
    [InlineData("SessionToken")]
    [InlineData("Endpoint", "https://AKID:" + Secret + "@host")]
    [InlineData("PublicEndpoint", "https://host/?X-Amz-Signature=" + Secret)]
    public void A_refusal_never_prints_a_secret(string name, string value = Secret)
    {
        var message = Assert.Throws<SettingsException>(() => Bind(("Bucket", "registry"), (name, value))).Message;

        Assert.StartsWith($"Berth:Storage:S3:{name}:", message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_bucket_there_is_no_provider() =>
        Assert.Contains("Berth:Storage:S3:Bucket", Assert.Throws<SettingsException>(() => Bind()).Message, StringComparison.Ordinal);

    [Fact]
    public void The_place_is_told_without_secrets()
    {
        var place = Bind(
            ("Bucket", "registry"), ("Prefix", "one"), ("Endpoint", "https://minio:9000"), ("AccessKeyId", "AKID"),
            ("SecretAccessKey", Secret));

        Assert.Equal("bucket registry, keys below one/, at minio:9000", place.ToString());
    }

    [Fact]
    public async Task A_server_that_keeps_to_conditions_is_opened_and_left_empty()
    {
        await OpenAsync(("ConditionalDeletes", "true"));

        Assert.Empty(_server.Bucket.Keys);
    }

    [Theory]
    [InlineData(ConditionSupport.Ignored, ConditionSupport.Honoured)]
    [InlineData(ConditionSupport.Ignored, ConditionSupport.Ignored)]
    public async Task A_server_that_ignores_conditions_is_refused_by_the_setting_that_accepts_it(
        ConditionSupport creates, ConditionSupport writes)
    {
        _server.Options.CreateConditions = creates;
        _server.Options.WriteConditions = writes;

        var refusal = await Assert.ThrowsAsync<SettingsException>(() => OpenAsync());

        Assert.StartsWith("Berth:Storage:S3:Bucket: bucket berth-test at", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("lose data", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("If-None-Match on PUT", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Berth:Storage:S3:AllowUnconditionalWrites=true", refusal.Message, StringComparison.Ordinal);
        await OpenAsync(("AllowUnconditionalWrites", "true"));
    }

    [Fact]
    public async Task A_server_without_conditional_writes_is_refused_by_the_setting_that_accepts_it()
    {
        _server.Options.WriteConditions = ConditionSupport.Refused;

        var refusal = await Assert.ThrowsAsync<SettingsException>(() => OpenAsync());

        Assert.Contains("Berth:Storage:S3:AllowUnconditionalWrites=true", refusal.Message, StringComparison.Ordinal);
        await OpenAsync(("AllowUnconditionalWrites", "true"));
    }

    [Fact]
    public async Task A_server_that_compares_ETags_with_their_quotes_is_opened()
    {
        _server.Options.ETagQuotes = ETagQuotes.Compared;

        await OpenAsync();

        Assert.DoesNotContain(_server.Bucket.Keys, key => _server.Bucket.Read(key) is { Length: > 0 });
    }

    [SkippableFact]
    public async Task OpenStack_Swift_is_refused_by_the_setting_that_accepts_it()
    {
        var swift = await Swift.SharedAsync();
        Skip.IfNot(swift.Reason is null, swift.Reason);
        var bucket = $"t{Guid.NewGuid():N}";
        using var client = new AmazonS3Client(
            Swift.AccessKeyId, Swift.SecretAccessKey,
            new AmazonS3Config { ServiceURL = swift.Endpoint.AbsoluteUri, AuthenticationRegion = Swift.Region, ForcePathStyle = true });
        await client.PutBucketAsync(bucket);
        (string, string)[] place =
        [
            ("Bucket", bucket), ("Region", Swift.Region), ("Endpoint", swift.Endpoint.AbsoluteUri),
            ("AccessKeyId", Swift.AccessKeyId), ("SecretAccessKey", Swift.SecretAccessKey),
        ];

        var refusal = await Assert.ThrowsAsync<SettingsException>(() => OpenAsync(place));

        Assert.Contains("Berth:Storage:S3:AllowUnconditionalWrites=true", refusal.Message, StringComparison.Ordinal);
        await OpenAsync([.. place, ("AllowUnconditionalWrites", "true")]);
    }

    [Fact]
    public async Task A_server_that_ignores_conditions_of_deletes_is_refused_where_they_are_relied_on()
    {
        _server.Options.DeleteConditions = ConditionSupport.Ignored;

        var refusal = await Assert.ThrowsAsync<SettingsException>(() => OpenAsync(("ConditionalDeletes", "true")));

        Assert.Contains("Berth:Storage:S3:ConditionalDeletes=false", refusal.Message, StringComparison.Ordinal);
        await OpenAsync();
    }

    [Fact]
    public async Task A_server_that_does_not_know_conditions_is_refused_with_what_to_try()
    {
        _server.Options.DeleteConditions = ConditionSupport.Refused;

        var refusal = await Assert.ThrowsAsync<SettingsException>(() => OpenAsync(("ConditionalDeletes", "true")));

        Assert.Contains("501 NotImplemented", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("ConditionalDeletes=false", refusal.Message, StringComparison.Ordinal);
        await OpenAsync();
    }

    [Theory]
    [InlineData("Bucket", "no-such-bucket", "no such bucket")]
    [InlineData("SecretAccessKey", "wrong" + Secret, "SignatureDoesNotMatch")]
    [InlineData("AccessKeyId", "AKIDOTHER", "InvalidAccessKeyId")]
    [InlineData("Region", "eu-test-2", "another region")]
    public async Task What_cannot_be_used_is_told_without_secrets(string name, string value, string told)
    {
        var refusal = await Assert.ThrowsAsync<SettingsException>(() => OpenAsync((name, value)));

        Assert.Contains(told, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, refusal.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(_server.Options.Credentials[0].Secret, refusal.ToString(), StringComparison.Ordinal);
    }

    private static S3Place Bind(params (string Name, string Value)[] settings) => Assert.IsType<S3Place>(
        S3Place.Bind(
            new(settings.Select(setting => new Setting(
                "Berth:Storage:S3:" + setting.Name, [setting.Value], "Berth:Storage:S3:" + setting.Name))),
            new(StorageProviders.Find("memory"), "data"), "/"));

    private Task<RegistryStorage> OpenAsync(params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string>
        {
            ["Bucket"] = _server.Options.Bucket,
            ["Region"] = _server.Options.Region,
            ["Endpoint"] = _server.Endpoint.AbsoluteUri,
            ["AccessKeyId"] = _server.Options.Credentials[0].AccessKeyId,
            ["SecretAccessKey"] = _server.Options.Credentials[0].Secret,
        };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        var place = Bind([.. all.Select(setting => (setting.Key, setting.Value))]);
        return StorageProviders.OpenAsync(place, NullLogger.Instance, CancellationToken.None);
    }
}
