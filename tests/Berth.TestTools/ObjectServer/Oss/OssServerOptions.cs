namespace Berth.TestTools.ObjectServer;

/// <summary>What an OSS server is like. Everything may be changed while it runs.</summary>
public sealed class OssServerOptions
{
    /// <summary>The bucket that it begins with.</summary>
    public string Bucket { get; set; } = "berth-test";

    /// <summary>The region that signatures of version 4 name.</summary>
    public string Region { get; set; } = "cn-test-1";

    /// <summary>Who may do everything; nobody else may do anything.</summary>
    public IList<ServerCredential> Credentials { get; } = [new("LTAITEST", "secret/of+the=test")];

    /// <summary>The clock that signatures are judged by.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>The domain that buckets are subdomains of. Under an address of numbers they are folders instead.</summary>
    public string Domain { get; set; } = "oss.localhost";

    /// <summary>The host that is the bucket's alone (a CNAME), so that no name of a bucket stands in a URL.</summary>
    public string OwnHost { get; set; } = "localhost";

    /// <summary>Whether signatures of version 1 are taken; new accounts have only version 4.</summary>
    public bool AllowsV1 { get; set; } = true;
}
