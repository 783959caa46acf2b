using Berth.Hosting;

namespace Berth.Tests.Server;

/// <summary>The settings of the oss provider.</summary>
public sealed class OssPlaceTests
{
    private const string Secret = "hush-hush";

    [Fact]
    public void Settings_make_the_options_and_are_told_without_secrets()
    {
        var place = (OssPlace)Bind(
            ("Region", "cn-hangzhou"), ("Internal", "true"), ("PublicEndpoint", "layers.example.com"), ("Prefix", "/registry/prod/"),
            ("SecurityToken", Secret));

        Assert.Equal(
            ("images", "cn-hangzhou", true, "layers.example.com", "registry/prod", "id", Secret, Secret, null),
            (place.Options.Bucket, place.Options.Region, place.Options.Internal, place.Options.PublicEndpoint, place.Options.Prefix,
                place.Options.AccessKeyId, place.Options.AccessKeySecret, place.Options.SecurityToken, place.Options.Secure));
        Assert.Equal("bucket images, keys below registry/prod/, in cn-hangzhou", place.ToString());
        Assert.DoesNotContain(Secret, place.Options.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_endpoint_says_the_region()
    {
        var place = (OssPlace)Bind(("Endpoint", "oss-cn-shanghai.aliyuncs.com"), ("Secure", "false"));

        Assert.False(place.Options.Secure);
        Assert.Equal("bucket images at oss-cn-shanghai.aliyuncs.com", place.Text);
    }

    [Theory]
    [InlineData("Region", "cn-oss-hangzhou", "Berth:Storage:Oss:Region: \"cn-oss-hangzhou\" is no region; write cn-hangzhou")]
    [InlineData("Region", "oss-cn-hangzhou", "Berth:Storage:Oss:Region: \"oss-cn-hangzhou\" is no region; write cn-hangzhou")]
    [InlineData("Region", "", "Berth:Storage:Oss:Region: the oss provider needs it, such as cn-hangzhou")]
    [InlineData("Bucket", "", "Berth:Storage:Oss:Bucket: the oss provider needs it")]
    [InlineData("AccessKeyId", "", "Berth:Storage:Oss:AccessKeyId: the oss provider needs it")]
    [InlineData("AccessKeySecret", "", "Berth:Storage:Oss:AccessKeySecret: the oss provider needs it too")]
    [InlineData("Internal", "perhaps", "Berth:Storage:Oss:Internal: \"perhaps\" is not accepted; write true or false")]
    public void What_is_wrong_is_told_by_the_settings_name(string name, string value, string message)
    {
        var refusal = Assert.Throws<SettingsException>(() => Bind(("Region", "cn-hangzhou"), (name, value)));

        Assert.Equal(message, refusal.Message);
        Assert.DoesNotContain(Secret, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Opening_makes_no_call() =>
        Assert.NotNull(Bind(("Region", "cn-nowhere")).Open(Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance));

    private static StoragePlace Bind(params (string Name, string Value)[] settings)
    {
        var provider = StorageProviders.Find("oss");
        (string Name, string Value)[] all =
            [("Bucket", "images"), ("AccessKeyId", "id"), ("AccessKeySecret", Secret), .. settings];
        return provider.Bind(
            new(all.Select(setting => new Setting("Berth:Storage:Oss:" + setting.Name, [setting.Value], "Berth:Storage:Oss:" + setting.Name))),
            new(provider, "data"),
            "/");
    }
}
