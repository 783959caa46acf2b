using System.Reflection;

namespace Berth.TestTools;

/// <summary>The checkout that the tests were built from.</summary>
public static class Repository
{
    /// <summary>Release or Debug, whichever the tests are.</summary>
    public static string Configuration =>
        typeof(Repository).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    /// <summary>The dotnet that runs the tests.</summary>
    public static string Dotnet =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";

    /// <summary>The command by which the README starts the server, as words.</summary>
    public static string[] ReadmeCommand =>
        File.ReadLines(PathOf("README.md"))
            .First(line => line.StartsWith("dotnet run ", StringComparison.Ordinal))
            .Split('#')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);

    public static string PathOf(string path)
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Join(folder, "Functions.sln")))
                return Path.Join(folder, path);
        }

        throw new DirectoryNotFoundException($"{AppContext.BaseDirectory} lies in no checkout of Berth");
    }
}
