using Azure.Storage;
using Azure.Storage.Sas;
using Berth.Storage;
using Berth.Storage.Azure;
using Berth.Storage.FileSystem;
using Berth.Storage.Oss;
using Berth.Storage.S3;
using Berth.TestTools.ObjectServer;
using Microsoft.Extensions.Logging.Abstractions;

namespace Berth.Guarantees.Tests.Model;

/// <summary>A kind of store, of which each sequence gets an empty one.</summary>
internal abstract class Place : IAsyncDisposable
{
    /// <summary>Why there is none here, to skip a test with.</summary>
    public virtual string? Reason => null;

    /// <summary>A size in bytes from which an upload in two requests has parts.</summary>
    public virtual int PartsFrom => 120_000;

    /// <summary>Whether each call is a request to another process or at least a server.</summary>
    public bool IsRemote => this is S3Place or OssPlace or AzurePlace;

    public static async Task<Place> OpenAsync(string name) => name switch
    {
        "memory" => new MemoryPlace(),
        "folder" => new FolderPlace(),
        "s3" => new S3Place(await S3Server.StartAsync()),
        "oss" => new OssPlace(await OssServer.StartAsync()),
        "azure" => new AzurePlace(await Azurite.SharedAsync()),
        _ => throw new ArgumentException($"no such place: {name}", nameof(name)),
    };

    /// <summary>An empty store; each call of what it returns opens it as another instance would.</summary>
    public abstract Func<RegistryStorage> NewStore();

    public abstract ValueTask DisposeAsync();

    private sealed class MemoryPlace : Place
    {
        public override Func<RegistryStorage> NewStore()
        {
            var (objects, records) = (new MemoryObjects(minimumPartSize: 8192), new MemoryRecords());
            return () => RegistryStorage.Over(objects, records);
        }

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class FolderPlace : Place
    {
        private readonly TemporaryFolder _folder = Directory.Exists("/dev/shm") // what is tested is no disk's speed
            ? TemporaryFolder.CreateIn("/dev/shm")
            : TemporaryFolder.Create();

        public override Func<RegistryStorage> NewStore()
        {
            var root = _folder.At(Guid.NewGuid().ToString("n"));
            return () =>
            {
                var objects = new FileSystemObjects(root);
                return RegistryStorage.Over(objects, records: objects);
            };
        }

        public override ValueTask DisposeAsync()
        {
            _folder.Dispose();
            return ValueTask.CompletedTask;
        }
    }

    private sealed class S3Place(S3Server server) : Place
    {
        public override int PartsFrom => 5_400_000;

        public override Func<RegistryStorage> NewStore()
        {
            var options = new S3StorageOptions
            {
                Bucket = server.Options.Bucket,
                Region = server.Options.Region,
                Endpoint = server.Endpoint,
                Prefix = Guid.NewGuid().ToString("n"),
                AccessKeyId = server.Options.Credentials[0].AccessKeyId,
                SecretAccessKey = server.Options.Credentials[0].Secret,
                Checksums = S3Checksums.WhenSupported,
                ChunkEncoding = true,
                ConditionalDeletes = true,
            };
            return () =>
            {
                var bucket = new S3Bucket(options, TimeProvider.System);
                return RegistryStorage.Over(new Storage.S3.S3Objects(bucket), new S3VersionedObjects(bucket));
            };
        }

        public override ValueTask DisposeAsync() => server.DisposeAsync();
    }

    private sealed class OssPlace(OssServer server) : Place
    {
        public override Func<RegistryStorage> NewStore()
        {
            var options = new OssStorageOptions
            {
                Bucket = server.Options.Bucket,
                Region = server.Options.Region,
                Endpoint = server.Endpoint.GetLeftPart(UriPartial.Authority),
                Prefix = Guid.NewGuid().ToString("n"),
                AccessKeyId = server.Options.Credentials[0].AccessKeyId,
                AccessKeySecret = server.Options.Credentials[0].Secret,
            };
            return () =>
            {
                var bucket = new OssBucket(options, TimeProvider.System);
                return RegistryStorage.Over(new Storage.Oss.OssObjects(bucket), new OssRecords(bucket, NullLogger.Instance));
            };
        }

        public override ValueTask DisposeAsync() => server.DisposeAsync();
    }

    private sealed class AzurePlace(Azurite azurite) : Place
    {
        public override string? Reason => azurite.Reason;

        public override Func<RegistryStorage> NewStore()
        {
            var name = $"t{Guid.NewGuid():n}";
            var signature = new AccountSasBuilder(
                AccountSasPermissions.All, DateTimeOffset.MaxValue, AccountSasServices.All, AccountSasResourceTypes.All)
                .ToSasQueryParameters(new StorageSharedKeyCredential(Azurite.Account, Azurite.AccountKey));
            var options = new AzureStorageOptions
            {
                ConnectionString = $"BlobEndpoint={azurite.BlobEndpoint};TableEndpoint={azurite.TableEndpoint};"
                    + $"SharedAccessSignature={signature}",
                Container = name,
                Table = name,
            };
            return () =>
            {
                var account = new AzureAccount(options);
                return RegistryStorage.Over(new BlobObjects(account, TimeProvider.System), new TableRecords(account));
            };
        }

        /// <summary>The process is the whole assembly's.</summary>
        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
