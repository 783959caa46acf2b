namespace Aliyun.OSS.Common;

public class ClientConfiguration
{
    /// <summary>In milliseconds, up to an answer's headers; -1 for a day.</summary>
    public int ConnectionTimeout { get; set; } = -1;

    public bool IsCname { get; set; }

    public SignatureVersion SignatureVersion { get; set; }
}
