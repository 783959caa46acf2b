using Berth.TestTools.ObjectServer;

namespace Berth.EndToEnd.Tests.Processes;

/// <summary>The strict S3 server and the strict OSS server of the run, in this process.</summary>
public static class ObjectServers
{
    private static readonly Lazy<Task<S3Server>> S3 = new(() => S3Server.StartAsync());
    private static readonly Lazy<Task<OssServer>> Oss = new(() => OssServer.StartAsync());

    /// <summary>Settings for a prefix that nothing else uses, in a bucket of S3.</summary>
    /// <param name="publicHost">The name of this machine that downloads are redirected to: not the one of the registry, so
    /// that it is another host.</param>
    public static async Task<Dictionary<string, string>> S3SettingsAsync(string publicHost)
    {
        var server = await S3.Value;
        return new()
        {
            ["Berth__Storage__Provider"] = "s3",
            ["Berth__Storage__S3__Bucket"] = server.Options.Bucket,
            ["Berth__Storage__S3__Region"] = server.Options.Region,
            ["Berth__Storage__S3__Endpoint"] = server.Endpoint.GetLeftPart(UriPartial.Authority),
            ["Berth__Storage__S3__PublicEndpoint"] = $"http://{publicHost}:{server.Endpoint.Port}",
            ["Berth__Storage__S3__Prefix"] = NewPrefix(),
            ["Berth__Storage__S3__AccessKeyId"] = server.Options.Credentials[0].AccessKeyId,
            ["Berth__Storage__S3__SecretAccessKey"] = server.Options.Credentials[0].Secret,
        };
    }

    /// <summary>Settings for a prefix that nothing else uses, in a bucket of OSS.</summary>
    /// <param name="publicHost">As of <see cref="S3SettingsAsync"/>. Under a name, the host is the bucket's alone.</param>
    public static async Task<Dictionary<string, string>> OssSettingsAsync(string publicHost)
    {
        var server = await Oss.Value;
        return new()
        {
            ["Berth__Storage__Provider"] = "oss",
            ["Berth__Storage__Oss__Bucket"] = server.Options.Bucket,
            ["Berth__Storage__Oss__Region"] = server.Options.Region,
            ["Berth__Storage__Oss__Endpoint"] = server.Endpoint.GetLeftPart(UriPartial.Authority),
            ["Berth__Storage__Oss__PublicEndpoint"] = $"http://{publicHost}:{server.Endpoint.Port}",
            ["Berth__Storage__Oss__Prefix"] = NewPrefix(),
            ["Berth__Storage__Oss__AccessKeyId"] = server.Options.Credentials[0].AccessKeyId,
            ["Berth__Storage__Oss__AccessKeySecret"] = server.Options.Credentials[0].Secret,
        };
    }

    private static string NewPrefix() => $"e2e/{Guid.NewGuid():n}";
}
