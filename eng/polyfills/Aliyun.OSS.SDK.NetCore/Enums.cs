namespace Aliyun.OSS;

public enum SignatureVersion
{
    V1,
    V4,
}

public enum SignHttpMethod
{
    Get,
    Delete,
    Head,
    Post,
    Put,
}

public enum VersioningStatus
{
    Off,
    Enabled,
    Suspended,
}
