using Berth.Benchmarks.Load;
using Berth.Benchmarks.Report;

namespace Berth.Benchmarks.Workloads;

/// <summary>Measures one listing of which it is known what it holds.</summary>
/// <param name="id">What the ids of its figures begin with.</param>
/// <param name="title">What the titles of its figures begin with.</param>
/// <param name="target">The path of the listing.</param>
/// <param name="member">What holds the names: tags or repositories.</param>
/// <param name="names">What it holds, in order.</param>
internal sealed class ListingFigures(
    string id, string title, string target, string member, IReadOnlyList<string> names)
{
    private const int PageSize = 100;

    /// <summary>A page is read so often for one sample, which is their median: it takes less than a millisecond.</summary>
    private const int ReadsOfPage = 15;

    public Figure Whole { get; } = new($"{id}/whole", $"{title}: whole, in one answer", "ms");

    public Figure First { get; } = new($"{id}/first", $"{title}: first page of {PageSize}", "ms");

    public Figure Middle { get; } = new($"{id}/middle", $"{title}: page of {PageSize} in the middle", "ms");

    public Figure Pages { get; } = new($"{id}/pages", $"{title}: all pages of {PageSize}", "ms");

    /// <summary>Measures each figure once.</summary>
    /// <exception cref="InvalidDataException">What was listed is not what is there, in order.</exception>
    public void Measure(
        Contestant contestant, Measurements measurements, bool isWholeListed, CancellationToken cancellationToken)
    {
        using var client = contestant.Connect();
        var listing = new Listing(client, member);
        if (isWholeListed)
        {
            var whole = listing.Read(target);
            Require(whole.Names, names, target);
            measurements.Add(Whole, contestant.Side, whole.Took.TotalMilliseconds);
        }

        var page = $"{target}?n={PageSize}";
        if (contestant.Side == Side.Peer && listing.Read(page).Names.Count > PageSize)
        {
            measurements.Note(First, "the peer does not know pages here");
            return;
        }

        Add(First, ReadPage(page, 0));
        var middle = names.Count / 2;
        Add(Middle, ReadPage($"{page}&last={Uri.EscapeDataString(names[middle - 1])}", middle));
        var all = listing.ReadAll(page, cancellationToken);
        Require(all.Names, names, $"all pages of {target}");
        Add(Pages, all.Took.TotalMilliseconds);

        void Add(Figure figure, double value) => measurements.Add(figure, contestant.Side, value);

        double ReadPage(string at, int skipped)
        {
            var times = new List<double>();
            for (var read = 0; read < ReadsOfPage; read++)
            {
                var (took, found, _) = listing.Read(at);
                Require(found, [.. names.Skip(skipped).Take(PageSize)], at);
                times.Add(took.TotalMilliseconds);
            }

            return Samples.MedianOf(times);
        }
    }

    private static void Require(IReadOnlyList<string> found, IReadOnlyList<string> wanted, string target)
    {
        if (!found.SequenceEqual(wanted))
            throw new InvalidDataException($"{target} lists {found.Count} names, which are not the {wanted.Count} that are there");
    }
}
