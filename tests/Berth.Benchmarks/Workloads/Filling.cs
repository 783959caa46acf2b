using System.Globalization;
using Berth.Benchmarks.Load;

namespace Berth.Benchmarks.Workloads;

/// <summary>Fills a registry with names, several clients at a time.</summary>
internal static class Filling
{
    private const int Clients = 16;

    /// <summary>Puts one manifest under many tags.</summary>
    /// <returns>How long the PUTs took, and the tags in their order.</returns>
    public static (TimeSpan Took, IReadOnlyList<string> Tags) PutTags(
        Contestant contestant, string repository, int count, CancellationToken cancellationToken)
    {
        var image = SmallImage.Create(layers: 1, layerSize: 4096);
        using (var client = contestant.Connect())
            image.PushBlobs(client, repository);
        var tags = NamesOf("t", count);
        var took = Share(
            contestant, tags, (client, tag) => client.PutManifest(repository, tag, image.Manifest), cancellationToken);
        return (took, tags);
    }

    /// <summary>Makes many repositories of one manifest each, with a config that is mounted.</summary>
    /// <returns>Their names in order, the one that it is mounted from among them.</returns>
    public static IReadOnlyList<string> MakeRepositories(
        Contestant contestant, int count, CancellationToken cancellationToken)
    {
        const string Source = "bench/a-source";
        var image = SmallImage.Create(layers: 0, layerSize: 0);
        using (var client = contestant.Connect())
        {
            image.PushBlobs(client, Source);
            client.PutManifest(Source, "v1", image.Manifest);
        }

        var names = NamesOf("bench/r", count - 1);
        Share(contestant, names, Make, cancellationToken);
        return [Source, .. names];

        void Make(RegistryClient client, string name)
        {
            client.Mount(name, image.Blobs[0].Digest, Source);
            client.PutManifest(name, "v1", image.Manifest);
        }
    }

    private static List<string> NamesOf(string prefix, int count) =>
        [.. Enumerable.Range(0, count).Select(number => prefix + number.ToString("d6", CultureInfo.InvariantCulture))];

    private static TimeSpan Share(
        Contestant contestant, List<string> names, Action<RegistryClient, string> act,
        CancellationToken cancellationToken)
    {
        var next = -1;
        return AtOnce.Run(Clients, _ =>
        {
            using var client = contestant.Connect();
            for (var i = Interlocked.Increment(ref next); i < names.Count; i = Interlocked.Increment(ref next))
            {
                cancellationToken.ThrowIfCancellationRequested();
                act(client, names[i]);
            }
        });
    }
}
