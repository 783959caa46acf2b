namespace Berth.TestTools.ObjectServer;

/// <summary>What an S3 server is like. Everything may be changed while it runs.</summary>
public sealed class S3ServerOptions
{
    /// <summary>The bucket that it begins with.</summary>
    public string Bucket { get; set; } = "berth-test";

    public string Region { get; set; } = "eu-test-1";

    /// <summary>Who may do everything; nobody else may do anything.</summary>
    public IList<ServerCredential> Credentials { get; } = [new("AKIDTEST", "secret/of+the=test")];

    /// <summary>The clock that signatures are judged by.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>The domain that buckets are subdomains of, for requests of the virtual-host style.</summary>
    public string Domain { get; set; } = "s3.localhost";

    /// <summary>What If-None-Match and If-Match do on PutObject and CompleteMultipartUpload.</summary>
    public ConditionSupport WriteConditions { get; set; }

    /// <summary>What If-None-Match does where <see cref="WriteConditions"/> are otherwise honoured: there are servers that know
    /// one of the two only.</summary>
    public ConditionSupport CreateConditions { get; set; }

    /// <summary>What quotes around the ETag in the If-Match of a write or deletion do.</summary>
    public ETagQuotes ETagQuotes { get; set; }

    /// <summary>What If-Match does on DeleteObject.</summary>
    public ConditionSupport DeleteConditions { get; set; }

    /// <summary>Whether it can decode aws-chunked bodies.</summary>
    public bool UnderstandsChunks { get; set; } = true;

    /// <summary>Whether it knows the x-amz-checksum headers and trailers; it refuses them otherwise, as old servers do.</summary>
    public bool UnderstandsChecksums { get; set; } = true;

    /// <summary>Whether all parts but the last one must have one size, as R2 wants it.</summary>
    public bool WantsUniformParts { get; set; }

    /// <summary>Whether an upload that is completed again, with the same parts, is answered as the first time; 404 otherwise.</summary>
    public bool RepeatsCompletion { get; set; } = true;

    /// <summary>How many keys a page has at most.</summary>
    public int MaximumKeys { get; set; } = 1000;
}

/// <summary>A key pair, and the token of a session where it is a temporary one.</summary>
public sealed record ServerCredential(string AccessKeyId, string Secret, string? Token = null);

/// <summary>What a server does about a condition.</summary>
public enum ConditionSupport
{
    Honoured,

    /// <summary>As if it were not there.</summary>
    Ignored,

    /// <summary>501 NotImplemented.</summary>
    Refused,
}

/// <summary>Whether an ETag that a condition names stands in quotes.</summary>
public enum ETagQuotes
{
    /// <summary>As the client likes: Amazon.</summary>
    Optional,

    /// <summary>Without them nothing matches: rustfs.</summary>
    Required,

    /// <summary>With them nothing matches: Ceph up to version 18.</summary>
    Compared,
}
