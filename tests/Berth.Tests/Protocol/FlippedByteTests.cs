using Berth.Storage;
using Berth.Storage.FileSystem;

namespace Berth.Tests.Protocol;

/// <summary>A byte of any file of a local store changes, whatever the file is: what is pulled is right, or is not pulled.</summary>
public sealed class FlippedByteTests : IAsyncLifetime
{
    /// <summary>Files up to this size are changed at each of their bytes, larger ones here and there.</summary>
    private const int EachByte = 400;

    private readonly string _root = Directory.CreateTempSubdirectory("berth-flipped-").FullName;
    private readonly string _repository = Client.NewRepository();
    private TestRegistry _registry = null!;
    private Client _client = null!;

    public async Task InitializeAsync()
    {
        var objects = new FileSystemObjects(_root);
        _registry = await TestRegistry.StartAsync(RegistryStorage.Over(objects, objects));
        _client = new(_registry.Client);
    }

    public async Task DisposeAsync()
    {
        await _registry.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task No_answer_is_200_with_other_bytes_nor_404()
    {
        var layer = Client.RandomBytes(600_000);
        await _client.PushBlobAsync(_repository, layer);
        var image = await _client.PrepareImageAsync(_repository);
        var large = ManifestTests.Pad(image, 70_000);
        await _client.PushManifestAsync(_repository, "small", image);
        await _client.PushManifestAsync(_repository, "large", large);
        (string Path, byte[] Content)[] pulls =
        [
            ($"blobs/{Client.Digest(layer)}", layer),
            ("manifests/small", image),
            ($"manifests/{Client.Digest(image)}", image),
            ("manifests/large", large),
        ];

        var (right, refused) = (0, 0);
        foreach (var file in Directory.EnumerateFiles(_root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            foreach (var index in Places((int)new FileInfo(file).Length))
            {
                Flip(file, index);
                foreach (var (path, content) in pulls)
                {
                    var answer = await RawHttp.SendAsync(_registry, "GET", $"/v2/{_repository}/{path}");
                    if (answer is { Status: 200, IsWhole: true })
                    {
                        Assert.True(content.AsSpan().SequenceEqual(answer.Body), $"{file} at {index}: other bytes of {path}");
                        right++;
                    }
                    else
                    {
                        Assert.True(
                            answer.Status is 200 or 500, $"{file} at {index}: {path} is answered {answer.Status} {answer.Text}");
                        refused++;
                    }
                }
                Flip(file, index);
            }
        }

        Assert.InRange(refused, 100, int.MaxValue);
        Assert.InRange(right, 100, int.MaxValue);
    }

    private static IEnumerable<int> Places(int size) =>
        size <= EachByte ? Enumerable.Range(0, size) : [0, 1, size / 3, size / 2, size - 2, size - 1];

    private static void Flip(string file, int index)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
        stream.Position = index;
        var value = (byte)stream.ReadByte();
        stream.Position = index;
        stream.WriteByte((byte)(value ^ 0x01));
    }
}
