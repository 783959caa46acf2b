using Berth.Storage;
using Berth.Storage.Azure;
using Berth.Storage.Oss;
using Berth.Storage.S3;
using Berth.TestTools.ObjectServer;
using Microsoft.Extensions.Logging.Abstractions;

namespace Berth.Guarantees.Tests.Faults;

/// <summary>Where a registry keeps its data: what another process has to know to open the same.</summary>
/// <param name="Store">azure, s3 or oss.</param>
/// <param name="Endpoint">The service; of Azure, that of the blobs.</param>
/// <param name="Tables">Of Azure, the service of the tables.</param>
/// <param name="Name">What no other place of the store is called.</param>
internal sealed record StorePlace(string Store, Uri Endpoint, Uri? Tables, string Name)
{
    public const string Azure = "azure";

    public const string S3 = "s3";

    public const string Oss = "oss";

    public RegistryStorage Open() => Store switch
    {
        Azure => AzureStorage.Open(
            new AzureStorageOptions
            {
                ConnectionString = $"DefaultEndpointsProtocol=http;AccountName={Azurite.Account};"
                    + $"AccountKey={Azurite.AccountKey};BlobEndpoint={Endpoint};TableEndpoint={Tables};",
                Container = Name,
                Table = Name,
            },
            TimeProvider.System, NullLogger.Instance),
        S3 => OpenS3(new()),
        _ => OpenOss(new()),
    };

    /// <summary>The words from which <see cref="Parse"/> makes the same again.</summary>
    public string[] ToArguments() => [Store, Endpoint.AbsoluteUri, Tables?.AbsoluteUri ?? "", Name];

    public static StorePlace Parse(string[] arguments) => new(
        arguments[0], new(arguments[1]), arguments[2].Length > 0 ? new(arguments[2]) : null, arguments[3]);

    private RegistryStorage OpenS3(S3ServerOptions server) => S3Storage.Open(
        new()
        {
            Bucket = server.Bucket,
            Region = server.Region,
            Endpoint = Endpoint,
            Prefix = Name,
            AccessKeyId = server.Credentials[0].AccessKeyId,
            SecretAccessKey = server.Credentials[0].Secret,
        },
        HastyTime.Instance, NullLogger.Instance);

    private RegistryStorage OpenOss(OssServerOptions server) => OssStorage.Open(
        new()
        {
            Bucket = server.Bucket,
            Region = server.Region,
            Endpoint = Endpoint.AbsoluteUri,
            Prefix = Name,
            AccessKeyId = server.Credentials[0].AccessKeyId,
            AccessKeySecret = server.Credentials[0].Secret,
        },
        HastyTime.Instance, NullLogger.Instance);

    /// <summary>A clock whose short waits are over at once: those between a provider's tries.</summary>
    private sealed class HastyTime : TimeProvider
    {
        private static readonly TimeSpan Short = TimeSpan.FromSeconds(2);

        public static HastyTime Instance { get; } = new();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(callback, state, dueTime < Short && dueTime > TimeSpan.Zero ? TimeSpan.Zero : dueTime, period);
    }
}
