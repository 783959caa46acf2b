using Berth.Storage.Azure;

namespace Berth.Storage.Tests.Azure;

/// <summary>Where an identity is looked for, and how long.</summary>
public sealed class IdentityOptionsTests
{
    private const string Variable = "AZURE_CLIENT_ID";

    [Theory]
    [InlineData(null, "from-the-environment")]
    [InlineData("from-the-settings", "from-the-settings")]
    public void The_settings_name_the_identity_or_else_the_environment_does(string? clientId, string expected)
    {
        var before = Environment.GetEnvironmentVariable(Variable);
        Environment.SetEnvironmentVariable(Variable, "from-the-environment");
        try
        {
            var options = AzureAccount.IdentityOptions(clientId);

            Assert.Equal(expected, options.ManagedIdentityClientId);
            Assert.Equal(expected, options.WorkloadIdentityClientId);
        }
        finally
        {
            Environment.SetEnvironmentVariable(Variable, before);
        }
    }

    [Fact]
    public void A_source_that_hangs_is_given_up()
    {
        var retry = AzureAccount.IdentityOptions(null).Retry;

        Assert.Equal(2, retry.MaxRetries);
        Assert.Equal(TimeSpan.FromSeconds(5), retry.NetworkTimeout);
        Assert.InRange(retry.Delay, TimeSpan.Zero, retry.MaxDelay);
        Assert.InRange(retry.MaxDelay, retry.Delay, TimeSpan.FromSeconds(1));
    }
}
