using Berth.TestTools.ObjectServer;

namespace Berth.Benchmarks.Peers;

/// <summary>Where a registry keeps what it has.</summary>
internal abstract record RegistryStorage
{
    /// <summary>A folder on the disk.</summary>
    public sealed record Folder(string Path) : RegistryStorage;

    /// <summary>A bucket of an S3 server.</summary>
    public sealed record S3(Uri Endpoint, string Region, string Bucket, ServerCredential Credential) : RegistryStorage;

    /// <summary>A container and a table of Azurite, of one name.</summary>
    public sealed record Azure(string ConnectionString, string Name) : RegistryStorage;
}
