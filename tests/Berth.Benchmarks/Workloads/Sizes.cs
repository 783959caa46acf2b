namespace Berth.Benchmarks.Workloads;

/// <summary>How much of everything.</summary>
/// <param name="Repeat">How often each sample is taken.</param>
/// <param name="BlobMebibytes">The large blob.</param>
/// <param name="ChunkMebibytes">A chunk of it where it is pushed in chunks.</param>
/// <param name="S3Mebibytes">The blobs that are pushed over S3.</param>
/// <param name="Images">Pushed at once.</param>
/// <param name="Tags">In the repository that is listed.</param>
/// <param name="Repositories">In the catalog.</param>
/// <param name="Duration">Of a steady load.</param>
internal sealed record Sizes(
    int Repeat, int BlobMebibytes, int ChunkMebibytes, IReadOnlyList<int> S3Mebibytes, int Images, int Tags, int Repositories,
    TimeSpan Duration)
{
    public static readonly Sizes Full = new(5, 1024, 16, [64, 256, 1024], 200, 10_000, 10_000, TimeSpan.FromSeconds(1));

    /// <summary>To see that everything works; the figures say little.</summary>
    public static readonly Sizes Quick = new(1, 64, 4, [16, 64], 50, 1000, 200, TimeSpan.FromSeconds(1));

    /// <summary>For what takes long and varies little.</summary>
    public int FewRepeats => Math.Min(Repeat, 3);

    public string Blob => TextOf(BlobMebibytes);

    public static string TextOf(int mebibytes) =>
        mebibytes % 1024 == 0 ? $"{mebibytes / 1024} GiB" : $"{mebibytes} MiB";
}
