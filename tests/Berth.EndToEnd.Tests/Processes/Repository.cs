using System.Reflection;

namespace Berth.EndToEnd.Tests.Processes;

/// <summary>The checkout that the tests were built from.</summary>
public static class Repository
{
    /// <summary>Release or Debug, whichever the tests are.</summary>
    public static string Configuration =>
        typeof(Repository).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    /// <summary>The dotnet that runs the tests.</summary>
    public static string Dotnet =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";

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
