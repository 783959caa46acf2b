using Berth.Hosting;
using Berth.Server;
using Berth.Server.Configuration;

namespace Berth.Tests.Server;

/// <summary>A folder for one test to start a host in, with the program's own folder beside it.</summary>
public sealed class ServerFolder : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("berth-server-");

    public string Working => _root.CreateSubdirectory("working").FullName;

    public string Program => _root.CreateSubdirectory("program").FullName;

    public string Write(string name, string text)
    {
        var path = Path.Combine(Working, name);
        File.WriteAllText(path, text);
        return path;
    }

    internal ServerInput Input(string[]? arguments = null, params (string Name, string Value)[] environment) => new()
    {
        Arguments = arguments ?? [],
        Environment = environment.ToDictionary(entry => entry.Name, entry => entry.Value),
        WorkingDirectory = Working,
        ProgramDirectory = Program,
        ContainerConfigFiles = [Path.Combine(Working, "mounted.yml")],
        Output = new StringWriter(),
        Error = new StringWriter(),
    };

    internal ServerConfiguration Read(string[]? arguments = null, params (string Name, string Value)[] environment)
    {
        var input = Input(arguments, environment);
        return ServerConfiguration.Read(input, CommandLine.Parse(input.Arguments));
    }

    internal ServerConfiguration ReadYaml(string yaml)
    {
        Write("config.yml", yaml);
        return Read(["config.yml"]);
    }

    internal string Refusal(string[]? arguments = null, params (string Name, string Value)[] environment) =>
        Assert.Throws<SettingsException>(() => Read(arguments, environment)).Message;

    public void Dispose() => _root.Delete(recursive: true);
}
