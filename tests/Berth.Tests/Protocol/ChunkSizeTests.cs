namespace Berth.Tests.Protocol;

/// <summary>Chunks of every size at which an upload changes how it is kept: inline tail, tail object, parts.</summary>
public abstract class ChunkSizeTests(RegistryFixture fixture) : ProtocolTests(fixture)
{
    private const int Inline = 32 * 1024;
    private const int Part = 8 * 1024 * 1024;

    /// <summary>The folder's and the memory store's least part.</summary>
    private const int FolderPart = 64 * 1024;
    private const int MemoryPart = 256 * 1024;

    public static TheoryData<int> Sizes =>
    [
        0, 1, Inline - 1, Inline, Inline + 1, FolderPart - 1, FolderPart, FolderPart + 1, MemoryPart - 1, MemoryPart,
        MemoryPart + 1,
    ];

    public static TheoryData<int> SizesAroundAPart => [Part - 1, Part, Part + 1];

    /// <summary>Chunks in order, by PATCH; the last by PUT.</summary>
    public static TheoryData<int[]> Sequences =>
    [
        [1, 1, 1, 1, 0],
        [0, 0, 5, 0, 5],
        [Inline, 1, Inline, 1],
        [100, Inline, 100, MemoryPart, 100, Inline + 1, 7],
        [Inline + 1, Inline + 1, Inline + 1, Inline + 1, 0],
        [MemoryPart, MemoryPart - 1, 1, 0],
        [MemoryPart - 1, 1, MemoryPart + 1, 0],
        [MemoryPart - 1, MemoryPart - 1, MemoryPart - 1],
        [FolderPart, FolderPart, 3, FolderPart, 0],
        [Part - 100, 100, 100],
        [100, Part - 100],
        [Inline + 1, Part - Inline - 1],
        [100, Part],
        [Part, 100, Part - 100, 0],
        [Part + 1, Part - 1, 1],
        [Part - 1, 1, Part - 1],
        [1, (2 * Part) - 1],
        [1_000_003, 999_983, 77_777, 3_000_017, 5, 4_000_037, 0],
        [12_345, 67_890, 111_111, 33_333, 7, 8_000_009, 400_009, 21, 50_021],
    ];

    [SkippableTheory]
    [MemberData(nameof(Sizes))]
    [MemberData(nameof(SizesAroundAPart))]
    public async Task One_chunk_is_pushed_by_PATCH_and_an_empty_PUT(int size) => await PushAsync(size, 0);

    [SkippableTheory]
    [MemberData(nameof(Sizes))]
    [MemberData(nameof(SizesAroundAPart))]
    public async Task One_chunk_is_pushed_by_PUT(int size) => await PushAsync(size);

    [SkippableTheory]
    [MemberData(nameof(Sizes))]
    [InlineData(Part)]
    public async Task One_chunk_is_pushed_by_POST(int size)
    {
        var content = Client.RandomBytes(size);
        var digest = Client.Digest(content);

        (await AssertStatusAsync(
            201, Client.SendAsync("POST", $"/v2/{Repository}/blobs/uploads/?digest={digest}", content))).Dispose();

        await AssertBlobAsync(Repository, digest, content);
    }

    [SkippableTheory]
    [MemberData(nameof(Sizes))]
    [MemberData(nameof(SizesAroundAPart))]
    public async Task A_PATCH_is_followed_by_a_PUT_with_one_byte(int size) => await PushAsync(size, 1);

    [SkippableTheory]
    [MemberData(nameof(Sizes))]
    [InlineData(Part - 1)]
    public async Task A_byte_by_PATCH_is_followed_by_a_PUT(int size) => await PushAsync(1, size);

    [SkippableTheory]
    [MemberData(nameof(Sizes))]
    public async Task Two_PATCHes_are_followed_by_a_PUT_with_the_third_chunk(int size) =>
        await PushAsync(size, Inline + 1, size / 3);

    [SkippableTheory]
    [MemberData(nameof(Sequences))]
    public async Task Chunks_of_odd_sizes_make_one_blob(int[] chunks) => await PushAsync(chunks);

    [SkippableFact]
    public async Task A_hundred_small_chunks_make_one_blob() =>
        await PushAsync([.. Enumerable.Range(1, 100).Select(i => i * 131)]);

    private async Task PushAsync(params int[] chunks)
    {
        var content = Client.RandomBytes(chunks.Sum());
        var location = await Client.StartUploadAsync(Repository);
        var offset = 0;
        foreach (var size in chunks[..^1])
        {
            using var patched = await AssertStatusAsync(
                202, Client.SendAsync("PATCH", location, content[offset..(offset + size)]));
            offset += size;
            Assert.Equal($"0-{Math.Max(0, offset - 1)}", Header(patched, "Range"));
            location = Header(patched, "Location")!;
        }
        var digest = Client.Digest(content);

        (await AssertStatusAsync(201, Client.SendAsync("PUT", $"{location}?digest={digest}", content[offset..])))
            .Dispose();

        await AssertBlobAsync(Repository, digest, content);
    }
}

public sealed class ChunkSizeOverMemory(MemoryRegistry registry) : ChunkSizeTests(registry), IClassFixture<MemoryRegistry>;

public sealed class ChunkSizeOverFolder(FolderRegistry registry) : ChunkSizeTests(registry), IClassFixture<FolderRegistry>;

public sealed class ChunkSizeOverAzure(AzureRegistry registry) : ChunkSizeTests(registry), IClassFixture<AzureRegistry>;

public sealed class ChunkSizeOverS3(S3Registry registry) : ChunkSizeTests(registry), IClassFixture<S3Registry>;

public sealed class ChunkSizeOverOss(OssRegistry registry) : ChunkSizeTests(registry), IClassFixture<OssRegistry>;
