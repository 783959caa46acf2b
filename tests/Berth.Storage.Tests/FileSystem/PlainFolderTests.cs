using Berth.Storage.FileSystem;

namespace Berth.Storage.Tests.FileSystem;

/// <summary>Somebody else's files, listed as a store lists its objects.</summary>
public sealed class PlainFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("a/")]
    [InlineData("a/b")]
    [InlineData("a/b/")]
    [InlineData("a/b/c")]
    [InlineData("a/b-")]
    [InlineData("a/x")]
    [InlineData("no/such")]
    public async Task What_begins_with_a_prefix_is_listed_in_the_order_of_its_keys(string prefix)
    {
        string[] keys = ["a/b-1", "a/b/c1", "a/b/c2", "a/b/d", "a/b0", "a/c", "ab"];
        foreach (var key in keys)
        {
            var path = Path.Join(_folder.Root, key);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, key);
        }

        var files = new PlainFolder(_folder.Root);
        string[] expected = [.. keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal))];
        var first = await files.ListAsync(prefix, null, Math.Max(1, expected.Length - 1), CancellationToken.None);
        Assert.Equal(expected.Length > 1, first.More);
        var rest = first.More
            ? (await files.ListAsync(prefix, first.Items[^1], 10, CancellationToken.None)).Items
            : [];
        Assert.Equal(expected, first.Items.Concat(rest));
    }
}
