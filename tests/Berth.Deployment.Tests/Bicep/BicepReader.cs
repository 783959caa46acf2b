using System.Text.Json;
using Berth.TestTools;

namespace Berth.Deployment.Tests.Bicep;

/// <summary>Reads Bicep files with the grammar of tree-sitter-bicep, in one run of Node.js.</summary>
public static class BicepReader
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Why nothing can be read here, to skip a test with, or <see langword="null"/>.</summary>
    public static async Task<string?> FindReasonAsync() => (await NpmPackages.GetAsync()).Reason;

    /// <summary>Reads files of a folder.</summary>
    /// <returns>Each file by its name as given.</returns>
    public static async Task<IReadOnlyDictionary<string, BicepFile>> ReadAsync(string folder, IReadOnlyList<string> names)
    {
        var packages = await NpmPackages.GetAsync();
        var node = new ClientProgram(NpmPackages.Node, new Dictionary<string, string?>()) { Folder = folder };
        var result = await node.RunAsync(
            [Path.Join(AppContext.BaseDirectory, "Bicep", "parse.cjs"), packages.PathOf(""), .. names]);
        var files = JsonSerializer.Deserialize<BicepFile[]>(result.Output, Json)!;
        return names.Zip(files).ToDictionary(pair => pair.First, pair => pair.Second);
    }
}
