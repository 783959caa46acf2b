using System.Text.Json;

namespace Berth.Benchmarks.Scale;

/// <summary>What a platform says that it serves; published, none of it measured here.</summary>
/// <param name="AccountRequestsPerSecond">Of one storage account, blobs and tables together.</param>
/// <param name="AccountEgressGigabitsPerSecond">Out of one storage account.</param>
/// <param name="AccountIngressGigabitsPerSecond">Into one storage account.</param>
/// <param name="TablePartitionEntitiesPerSecond">Of 1 KiB.</param>
/// <param name="BlobRequestsPerSecond">Of one blob.</param>
/// <param name="Instances">The most of one function app.</param>
/// <param name="RequestsAtOncePerInstance">How many run in one instance together.</param>
/// <param name="InstanceMemoryGibibytes">What an instance is billed for.</param>
/// <param name="SecondsPerRequest">An assumption: how long a request takes, most of it waiting for the account.</param>
/// <param name="S3ReadsPerSecondAndPrefix">Of one partition of a bucket.</param>
/// <param name="S3WritesPerSecondAndPrefix">Of one partition of a bucket.</param>
internal sealed record PlatformLimits(
    double AccountRequestsPerSecond, double AccountEgressGigabitsPerSecond, double AccountIngressGigabitsPerSecond,
    double TablePartitionEntitiesPerSecond, double BlobRequestsPerSecond, double Instances,
    double RequestsAtOncePerInstance, double InstanceMemoryGibibytes, double SecondsPerRequest,
    double S3ReadsPerSecondAndPrefix, double S3WritesPerSecondAndPrefix);

/// <summary>What a platform asks for it, in one currency.</summary>
/// <param name="Region">Whose prices these are, and of when.</param>
/// <param name="FunctionExecutionsPerMillion">For each million of requests.</param>
/// <param name="FunctionGibibyteSecond">For a GiB of memory for a second.</param>
/// <param name="TableTransactionsPerMillion">For each million.</param>
/// <param name="BlobReadsPerMillion">For each million.</param>
/// <param name="BlobWritesPerMillion">For each million.</param>
/// <param name="EgressPerGigabyte">Out of the region.</param>
internal sealed record Prices(
    string Region, double FunctionExecutionsPerMillion, double FunctionGibibyteSecond, double TableTransactionsPerMillion,
    double BlobReadsPerMillion, double BlobWritesPerMillion, double EgressPerGigabyte);

/// <summary>Reads the files of inputs, in which nothing may be missing or unknown.</summary>
internal static class ScaleInputs
{
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
    };

    public static T Read<T>(string path) =>
        JsonSerializer.Deserialize<T>(File.ReadAllText(path), Strict)
        ?? throw new InvalidDataException($"{path} holds nothing");
}
