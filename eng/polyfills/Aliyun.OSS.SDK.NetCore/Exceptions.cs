namespace Aliyun.OSS.Common;

public class ServiceException : Exception
{
    public ServiceException()
    {
    }

    public ServiceException(string message)
        : base(message)
    {
    }

    public ServiceException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public virtual string? ErrorCode { get; internal set; }

    public virtual string? RequestId { get; internal set; }
}

public class OssException : ServiceException
{
    public OssException()
    {
    }

    public OssException(string message)
        : base(message)
    {
    }

    public OssException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

#pragma warning disable CA1032 // The official one has these two constructors.
public class ClientException : Exception
#pragma warning restore CA1032
{
    public ClientException(string message)
        : base(message)
    {
    }

    public ClientException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

public static class OssErrorCode
{
    public const string AccessDenied = "AccessDenied";
    public const string NoSuchKey = "NoSuchKey";
    public const string NoSuchUpload = "NoSuchUpload";
}
