using Berth.Collection;

namespace Berth.Tests.Server;

/// <summary>What becomes of garbage, as operators say it.</summary>
public sealed class CollectionSettingsTests : IDisposable
{
    private readonly ServerFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Nothing_set_is_the_promised_day_with_an_hour_for_clocks()
    {
        var options = Read();

        Assert.Equal(new CollectionOptions(), options);
        Assert.Equal(TimeSpan.FromHours(25), options.Grace);
        Assert.Null(options.UntaggedAge);
    }

    [Fact]
    public void Every_setting_is_read()
    {
        var options = Read(
            ("Berth__Collection__Enabled", "no"), ("Berth__Collection__Grace", "2h"), ("Berth__Collection__Interval", "00:10:00"),
            ("Berth__Collection__UploadLifetime", "3d"), ("Berth__Collection__UntaggedAge", "30d"),
            ("Berth__Collection__CallsPerSecond", "7"));

        Assert.Equal(
            new CollectionOptions
            {
                Enabled = false,
                Grace = TimeSpan.FromHours(2),
                Interval = TimeSpan.FromMinutes(10),
                UploadLifetime = TimeSpan.FromDays(3),
                UntaggedAge = TimeSpan.FromDays(30),
                CallsPerSecond = 7,
            },
            options);
    }

    [Theory]
    [InlineData("Grace", "1s", 1)]
    [InlineData("Grace", "90s", 90)]
    [InlineData("Interval", "1s", 1)]
    public void A_time_may_be_short_for_tests(string name, string value, int seconds)
    {
        var options = Read(($"Berth__Collection__{name}", value));
        Assert.Equal(TimeSpan.FromSeconds(seconds), name == "Grace" ? options.Grace : options.Interval);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    public void Manifests_that_nothing_names_may_stay_for_good(string value) =>
        Assert.Null(Read(("Berth__Collection__UntaggedAge", value)).UntaggedAge);

    [Theory]
    [InlineData("Enabled", "maybe", "true or false")]
    [InlineData("Grace", "-1s", "not less than 1s")]
    [InlineData("Grace", "1y", "not less than 1s")]
    [InlineData("Grace", "3651d", "not less than 1s")]
    [InlineData("Grace", "d", "not less than 1s")]
    [InlineData("Grace", "0", "not less than 1s")]
    [InlineData("Grace", "999ms", "not less than 1s")]
    [InlineData("Interval", "0", "25h or 7d")]
    [InlineData("UploadLifetime", "0s", "25h or 7d")]
    [InlineData("UntaggedAge", "never", "or none")]
    [InlineData("CallsPerSecond", "-1", "0 to 100000")]
    [InlineData("CallsPerSecond", "100001", "0 to 100000")]
    [InlineData("CallsPerSecond", "1.5", "0 to 100000")]
    public void What_makes_no_sense_stops_the_start(string name, string value, string accepted)
    {
        var message = _folder.Refusal(null, ($"Berth__Collection__{name}", value));

        Assert.StartsWith($"Berth__Collection__{name}: \"{value}\" is not accepted", message, StringComparison.Ordinal);
        Assert.EndsWith(accepted, message, StringComparison.Ordinal);
    }

    private CollectionOptions Read(params (string Name, string Value)[] environment) =>
        _folder.Read(null, environment).Options.Berth.Registry.Collection;
}
