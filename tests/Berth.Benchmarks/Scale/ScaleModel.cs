namespace Berth.Benchmarks.Scale;

/// <summary>How many images a second something serves at the most.</summary>
/// <param name="Pulls">A second.</param>
/// <param name="Pushes">A second.</param>
internal readonly record struct ScaleLimit(double Pulls, double Pushes);

/// <summary>What a million pulls cost.</summary>
/// <param name="Executions">Of the function.</param>
/// <param name="MemoryFull">Memory where every instance is as busy as it may be.</param>
/// <param name="MemoryAlone">Memory where no two requests share an instance, and each is billed a whole second.</param>
/// <param name="Tables">Table transactions.</param>
/// <param name="Blobs">Reads of blobs.</param>
/// <param name="Egress">Bytes that leave the region.</param>
internal sealed record PullCost(
    double Executions, double MemoryFull, double MemoryAlone, double Tables, double Blobs, double Egress)
{
    public double AtLeast => Executions + MemoryFull + Tables + Blobs;

    public double AtMost => Executions + MemoryAlone + Tables + Blobs + Egress;
}

/// <summary>From calls, limits and prices to what is served and what it costs. Linear: no queueing, no retries.</summary>
internal sealed class ScaleModel(PlatformLimits limits, Prices prices, ImageWork pull, ImageWork push)
{
    private const double BitsPerGigabit = 1e9;
    private const double MinimumBilledSeconds = 1;

    /// <summary>Where the requests end that storage accounts serve, with the images spread over them.</summary>
    public ScaleLimit OfRequests(int accounts) => new(
        accounts * limits.AccountRequestsPerSecond / pull.Calls.Total,
        accounts * limits.AccountRequestsPerSecond / push.Calls.Total);

    /// <summary>Where the bytes end that go out of and into storage accounts.</summary>
    public ScaleLimit OfBytes(int accounts, double imageBytes) => new(
        accounts * limits.AccountEgressGigabitsPerSecond * BitsPerGigabit / (8 * imageBytes),
        accounts * limits.AccountIngressGigabitsPerSecond * BitsPerGigabit / (8 * imageBytes));

    /// <summary>Where the instances of the function app end.</summary>
    public ScaleLimit OfInstances()
    {
        var requests = limits.Instances * limits.RequestsAtOncePerInstance / limits.SecondsPerRequest;
        return new(requests / pull.Requests, requests / push.Requests);
    }

    /// <summary>Where the requests end that a bucket of S3 serves in so many partitions, which S3 makes by itself under load.</summary>
    public ScaleLimit OnS3(int partitions) => new(
        partitions * limits.S3ReadsPerSecondAndPrefix / pull.Calls.ObjectReads,
        partitions * Math.Min(
            limits.S3ReadsPerSecondAndPrefix / push.Calls.ObjectReads,
            limits.S3WritesPerSecondAndPrefix / push.Calls.ObjectWrites));

    public PullCost OfMillionPulls(double imageBytes)
    {
        var seconds = limits.InstanceMemoryGibibytes * prices.FunctionGibibyteSecond * pull.Requests * 1e6;
        return new(
            pull.Requests * prices.FunctionExecutionsPerMillion,
            seconds * limits.SecondsPerRequest / limits.RequestsAtOncePerInstance,
            seconds * Math.Max(limits.SecondsPerRequest, MinimumBilledSeconds),
            (pull.Calls.TableReads + pull.Calls.TableWrites) * prices.TableTransactionsPerMillion,
            (pull.Calls.ObjectReads * prices.BlobReadsPerMillion) + (pull.Calls.ObjectWrites * prices.BlobWritesPerMillion),
            imageBytes / 1e9 * 1e6 * prices.EgressPerGigabyte);
    }
}
