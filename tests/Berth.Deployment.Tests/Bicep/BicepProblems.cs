using System.Text.Json;

namespace Berth.Deployment.Tests.Bicep;

/// <summary>What is wrong with Bicep files that belong together; what <c>az bicep build</c> says where there is one.</summary>
public static class BicepProblems
{
    /// <param name="files">Each file by its path from one folder, with slashes.</param>
    /// <returns>A line for each problem.</returns>
    public static IReadOnlyList<string> Find(IReadOnlyDictionary<string, BicepFile> files) =>
        [.. files.SelectMany(file => InFile(file.Value).Concat(BetweenFiles(file.Key, file.Value, files))
            .Select(problem => $"{file.Key}: {problem}"))];

    private static IEnumerable<string> InFile(BicepFile file)
    {
        foreach (var error in file.Errors)
            yield return $"syntax: {error}";

        foreach (var name in Declared(file).GroupBy(name => name).Where(group => group.Count() > 1))
            yield return $"{name.Key} is declared {name.Count()} times";

        if (file.Using is not null)
            yield break; // its parameters are those of the template

        var used = file.Uses.Select(use => use.Name).ToHashSet();
        foreach (var value in file.Parameters.Concat(file.Variables).Where(value => !used.Contains(value.Name)))
            yield return $"line {value.Line}: {value.Name} is never used";

        foreach (var value in file.Parameters.Concat(file.Outputs))
        {
            if (string.IsNullOrWhiteSpace(value.Description))
                yield return $"line {value.Line}: {value.Name} has no description";
        }

        var known = Declared(file).Concat(file.Locals).ToHashSet();
        foreach (var use in file.Uses.Where(use => !known.Contains(use.Name)))
            yield return $"line {use.Line}: {use.Name} is not declared";
    }

    private static IEnumerable<string> BetweenFiles(
        string path, BicepFile file, IReadOnlyDictionary<string, BicepFile> files)
    {
        foreach (var module in file.Modules)
        {
            if (!files.TryGetValue(Resolve(path, module.Path), out var target))
            {
                yield return $"line {module.Line}: module {module.Name} is {module.Path}, which is not there";
                continue;
            }

            var given = module.Given.ToDictionary(property => property.Name, property => property.Value);
            foreach (var problem in Given(file, given, target))
                yield return $"line {module.Line}: module {module.Name} {problem}";
            foreach (var use in file.OutputsUsed.Where(use => use.Module == module.Name))
            {
                if (target.Outputs.All(output => output.Name != use.Output))
                    yield return $"line {use.Line}: {module.Path} has no output {use.Output}";
            }
        }

        if (file.Using is { } template)
        {
            var given = file.Parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Value);
            if (files.TryGetValue(Resolve(path, template), out var target))
            {
                foreach (var problem in Given(file, given, target))
                    yield return problem;
            }
            else
            {
                yield return $"{template} is not there";
            }
        }
    }

    private static IEnumerable<string> Given(
        BicepFile file, Dictionary<string, JsonElement> given, BicepFile target)
    {
        var parameters = target.Parameters.ToDictionary(parameter => parameter.Name);
        foreach (var name in given.Keys.Where(name => !parameters.ContainsKey(name)))
            yield return $"is given {name}, which is no parameter of it";
        foreach (var name in parameters.Values.Where(parameter => parameter.IsRequired).Select(parameter => parameter.Name))
        {
            if (!given.ContainsKey(name))
                yield return $"is not given {name}";
        }

        foreach (var (name, value) in given)
        {
            if (parameters.TryGetValue(name, out var parameter) && TypeOf(file, value) is { } type
                && type != parameter.Type!.TrimEnd('?'))
                yield return $"is given a {type} for {name}, which is a {parameter.Type}";
        }
    }

    /// <summary>The type of a constant or a parameter; of anything else it takes Bicep itself to say.</summary>
    private static string? TypeOf(BicepFile file, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => "string",
        JsonValueKind.Number => "int",
        JsonValueKind.True or JsonValueKind.False => "bool",
        JsonValueKind.Array => "array",
        JsonValueKind.Object when Values.Source(value) is not { } => "object",
        JsonValueKind.Object => file.Parameters
            .FirstOrDefault(parameter => file.Using is null && parameter.Name == Values.Source(value))?.Type,
        _ => null,
    };

    private static IEnumerable<string> Declared(BicepFile file) =>
        file.Parameters.Concat(file.Variables).Select(value => value.Name)
            .Concat(file.Resources.Select(resource => resource.Name))
            .Concat(file.Modules.Select(module => module.Name));

    /// <summary>A path that a file names, from the folder that all paths are from.</summary>
    private static string Resolve(string from, string path) =>
        Path.GetRelativePath("/", Path.GetFullPath(Path.Join("/", Path.GetDirectoryName(from), path)))
            .Replace('\\', '/');
}
