using System.Globalization;
using System.Text;

namespace Berth.Benchmarks.Scale;

/// <summary>The tables of docs/scale.md.</summary>
internal static class ScaleTables
{
    private const string Begin = "<!-- scale: calculated -->";
    private const string End = "<!-- end of scale -->";
    private const double Megabyte = 1e6;

    /// <summary>That of the image whose push is measured.</summary>
    private const double PushedSize = ImageWork.Layers * 5 * Megabyte;

    private static readonly double[] ImageSizes = [5 * Megabyte, PushedSize, 500 * Megabyte, 5000 * Megabyte];
    private static readonly int[] Accounts = [1, 2, 4, 16];

    /// <summary>Puts the tables where the document has them.</summary>
    public static string Replace(string document, string tables)
    {
        var begin = document.IndexOf(Begin, StringComparison.Ordinal);
        var end = document.IndexOf(End, StringComparison.Ordinal);
        return begin < 0 || end < begin
            ? throw new InvalidDataException($"The document has no place for the tables: {Begin} … {End}")
            : $"{document[..(begin + Begin.Length)]}\n{tables}{document[end..]}";
    }

    public static string Write(string storageDocument, PlatformLimits limits, Prices prices)
    {
        var azure = new MeasuredCalls(storageDocument, "AzureBudgetTests");
        var s3 = new MeasuredCalls(storageDocument, "S3BudgetTests");
        var (pull, push) = (ImageWork.Pull(azure), ImageWork.Push(azure));
        var model = new ScaleModel(limits, prices, pull, push);
        var onS3 = new ScaleModel(limits, prices, ImageWork.Pull(s3), ImageWork.Push(s3));
        var text = new StringBuilder();

        Row(text, "one image of 10 layers", "requests to the registry", "table calls", "blob calls", "calls in all");
        Row(text, "---", "---:", "---:", "---:", "---:");
        WorkRow(text, "pull, to the last byte", pull);
        WorkRow(text, "push", push);

        text.Append('\n');
        Row(text, "images a second on Azure, at the most", Plural(Accounts[0]), [.. Accounts.Skip(1).Select(Plural)]);
        Row(text, "---", "---:", [.. Accounts.Skip(1).Select(_ => "---:")]);
        AzureRow(text, "pulls: requests to the accounts", accounts => model.OfRequests(accounts).Pulls);
        foreach (var size in ImageSizes)
            AzureRow(text, $"pulls: bytes out of the accounts, image of {Size(size)}", accounts => model.OfBytes(accounts, size).Pulls);
        AzureRow(text, "pulls: function instances", _ => model.OfInstances().Pulls);
        AzureRow(text, "pushes: requests to the accounts", accounts => model.OfRequests(accounts).Pushes);
        AzureRow(
            text, $"pushes: bytes into the accounts, image of {Size(PushedSize)}",
            accounts => model.OfBytes(accounts, PushedSize).Pushes);
        AzureRow(text, "pushes: function instances", _ => model.OfInstances().Pushes);

        text.Append('\n');
        Row(text, "one image, however many accounts", "pulls a second");
        Row(text, "---", "---:");
        Row(text, "one blob: each layer is read once", Number(limits.BlobRequestsPerSecond));
        Row(
            text, "one table partition: the repository's tags, its manifests, the records of a blob",
            Number(limits.TablePartitionEntitiesPerSecond));

        text.Append('\n');
        Row(text, "images a second on S3, at the least", "pulls", "pushes");
        Row(text, "---", "---:", "---:");
        foreach (var partitions in Accounts)
        {
            var limit = onS3.OnS3(partitions);
            Row(text, $"{partitions} partition{(partitions == 1 ? "" : "s")} of a bucket", Number(limit.Pulls), Number(limit.Pushes));
        }

        text.Append("\nPrices: ").Append(prices.Region).Append(".\n\n");
        Row(text, "a million pulls of", "executions", "memory", "tables", "blobs", "in the region", "egress", "to the Internet, at the most");
        Row(text, "---", "---:", "---:", "---:", "---:", "---:", "---:", "---:");
        foreach (var size in ImageSizes)
        {
            var cost = model.OfMillionPulls(size);
            Row(
                text, Size(size), Money(cost.Executions), $"{Money(cost.MemoryFull)} to {Money(cost.MemoryAlone)}",
                Money(cost.Tables), Money(cost.Blobs), $"from {Money(cost.AtLeast)}", Money(cost.Egress), Money(cost.AtMost));
        }

        return text.ToString();
    }

    private static void AzureRow(StringBuilder text, string name, Func<int, double> ofAccounts)
    {
        var numbers = Accounts.Select(accounts => Number(ofAccounts(accounts))).ToArray();
        Row(text, name, numbers[0], numbers[1..]);
    }

    private static void WorkRow(StringBuilder text, string name, ImageWork work) => Row(
        text, name, Number(work.Requests), Number(work.Calls.TableReads + work.Calls.TableWrites),
        Number(work.Calls.ObjectReads + work.Calls.ObjectWrites), Number(work.Calls.Total));

    private static void Row(StringBuilder text, string first, string second, params string[] more) =>
        text.Append(CultureInfo.InvariantCulture, $"| {string.Join(" | ", [first, second, .. more])} |\n");

    private static string Plural(int accounts) => accounts == 1 ? "1 account" : $"{accounts} accounts";

    private static string Size(double bytes) =>
        bytes >= 1e9 ? $"{Number(bytes / 1e9)} GB" : $"{Number(bytes / Megabyte)} MB";

    private static string Number(double value) =>
        value.ToString(value < 10 ? "0.#" : "#,##0", CultureInfo.InvariantCulture);

    private static string Money(double value) =>
        value.ToString(value < 100 ? "0.00" : "#,##0", CultureInfo.InvariantCulture);
}
