namespace Berth.EndToEnd.Tests.Processes;

/// <summary>Where a server under test keeps everything, if not in a folder.</summary>
public enum Store
{
    /// <summary>A container and a table of Azurite.</summary>
    Azure,

    /// <summary>A bucket of the S3 server.</summary>
    S3,

    /// <summary>A bucket of the OSS server.</summary>
    Oss,
}
