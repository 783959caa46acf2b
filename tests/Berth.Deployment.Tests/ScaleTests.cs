using Berth.Benchmarks.Scale;
using Berth.TestTools;

namespace Berth.Deployment.Tests;

/// <summary>The calculation of docs/scale.md, against one made by hand.</summary>
public sealed class ScaleTests
{
    private const double Precision = 0.01;

    private const string Measured = """
        <!-- budgets: AzureBudgetTests -->
        | request | budget | HTTP requests | which |
        |---|---:|---:|---|
        | push of a layer of 1 KB: POST, PATCH, PUT | 8 | 8 | table: 2 GET, 2 POST, 3 PUT; blob: PUT |
        | push of a layer of 5 MB: POST, PATCH, PUT | 8 | 8 | table: 2 GET, 2 POST, 3 PUT; blob: PUT |
        | push of a manifest of 10 layers | 14 | 14 | table: 11 GET, 2 POST, PUT |
        | GET of a manifest by tag | 2 | 2 | table: 2 GET |
        | GET of a blob, to the redirect | 1 | 1 | table: GET |
        <!-- end of budgets -->
        <!-- budgets: S3BudgetTests -->
        | request | budget | HTTP requests | which |
        |---|---:|---:|---|
        | push of a layer of 1 KB: POST, PATCH, PUT | 8 | 8 | 2 GetObject, 6 PutObject |
        | push of a layer of 5 MB: POST, PATCH, PUT | 8 | 8 | 2 GetObject, 6 PutObject |
        | push of a manifest of 10 layers | 14 | 14 | 11 GetObject, 3 PutObject |
        | GET of a manifest by tag | 2 | 2 | 2 GetObject |
        | GET of a blob, to the redirect | 1 | 1 | GetObject |
        <!-- end of budgets -->
        """;

    private static readonly PlatformLimits Limits = new(20_000, 50, 25, 2000, 500, 1000, 32, 2, 0.05, 5500, 3500);
    private static readonly Prices Prices = new("here", 0.40, 0.000026, 0.036, 0.50, 6.50, 0.087);

    [Fact]
    public void An_image_takes_the_calls_of_its_requests()
    {
        var (pull, push) = Work("AzureBudgetTests");

        Assert.Equal(1 + 11, pull.Requests);
        Assert.Equal(new StoreCalls(2 + 11, 0, 11, 0), pull.Calls);
        Assert.Equal((11 * 3) + 1, push.Requests);
        Assert.Equal(new StoreCalls((11 * 2) + 11, (11 * 5) + 3, 0, 11), push.Calls);
    }

    [Fact]
    public void The_limits_are_those_reckoned_by_hand()
    {
        var (pull, push) = Work("AzureBudgetTests");
        var model = new ScaleModel(Limits, Prices, pull, push);

        Assert.Equal(2 * 20_000 / 24.0, model.OfRequests(accounts: 2).Pulls, Precision); // 1,667 a second
        Assert.Equal(2 * 20_000 / 102.0, model.OfRequests(accounts: 2).Pushes, Precision); // 392
        Assert.Equal(250, model.OfBytes(accounts: 2, imageBytes: 50e6).Pulls, Precision); // 100 Gbit of 0.4 Gbit each
        Assert.Equal(125, model.OfBytes(accounts: 2, imageBytes: 50e6).Pushes, Precision);
        Assert.Equal(640_000 / 12.0, model.OfInstances().Pulls, Precision); // 1,000 instances, 32 at once, 20 times a second
        Assert.Equal(640_000 / 34.0, model.OfInstances().Pushes, Precision);

        var (s3Pull, s3Push) = Work("S3BudgetTests");
        var s3 = new ScaleModel(Limits, Prices, s3Pull, s3Push).OnS3(partitions: 4);
        Assert.Equal(4 * 5500 / 24.0, s3.Pulls, Precision);
        Assert.Equal(4 * 3500 / 69.0, s3.Pushes, Precision); // 66 + 3 PUTs: they end before the 33 GETs do
    }

    [Fact]
    public void The_cost_is_that_reckoned_by_hand()
    {
        var (pull, push) = Work("AzureBudgetTests");
        var cost = new ScaleModel(Limits, Prices, pull, push).OfMillionPulls(imageBytes: 50e6);

        Assert.Equal(4.80, cost.Executions, Precision);
        Assert.Equal(0.975, cost.MemoryFull, Precision); // 12 million requests of 0.05 s, 32 at once, in 2 GiB
        Assert.Equal(624, cost.MemoryAlone, Precision);
        Assert.Equal(0.468, cost.Tables, Precision);
        Assert.Equal(5.50, cost.Blobs, Precision);
        Assert.Equal(4350, cost.Egress, Precision); // 50,000 GB
        Assert.Equal(11.743, cost.AtLeast, Precision);
        Assert.Equal(4984.768, cost.AtMost, Precision);
    }

    [Fact]
    public void A_table_that_does_not_add_up_is_refused() =>
        Assert.Throws<InvalidDataException>(() => new MeasuredCalls(
            Measured.Replace("| 2 | 2 | table: 2 GET |", "| 2 | 2 | table: GET |", StringComparison.Ordinal), "AzureBudgetTests"));

    [Fact]
    public void The_document_has_the_tables_of_the_calls_that_are_measured_now()
    {
        var document = File.ReadAllText(Repository.PathOf("docs/scale.md"));
        var tables = ScaleTables.Write(
            File.ReadAllText(Repository.PathOf("docs/storage.md")),
            ScaleInputs.Read<PlatformLimits>(Repository.PathOf("tests/Berth.Benchmarks/Scale/limits.json")),
            ScaleInputs.Read<Prices>(Repository.PathOf("tests/Berth.Benchmarks/Scale/prices.json")));

        Assert.Equal(ScaleTables.Replace(document, tables), document);
    }

    private static (ImageWork Pull, ImageWork Push) Work(string test)
    {
        var measured = new MeasuredCalls(Measured, test);
        return (ImageWork.Pull(measured), ImageWork.Push(measured));
    }
}
