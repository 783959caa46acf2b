using Berth.Hosting;

namespace Berth.Cli;

/// <summary>
/// A store as the command line names it: a folder, <c>s3://bucket/prefix</c>, <c>oss://bucket/prefix</c>,
/// <c>azure://account/container</c> or a file of settings. The rest comes from settings by the hosts' names.
/// </summary>
internal static class StoreName
{
    /// <summary>What a help says of it.</summary>
    public const string Forms = "a folder, s3://BUCKET/PREFIX, oss://BUCKET/PREFIX, azure://ACCOUNT/CONTAINER, or a .json file "
        + "with the settings of a host";

    private const string Section = "Berth:Storage:";

    private static readonly string[] UrlSections = ["S3", "Oss"];

    /// <summary>Finds out which store is meant. Makes no call to it.</summary>
    /// <param name="text">Its name.</param>
    /// <param name="side">From, To or Store: variables <c>Berth__From__S3__Endpoint</c> are for one side only.</param>
    /// <param name="details">NAME=VALUE, as the command line gives them.</param>
    /// <param name="input">Where variables and relative paths come from.</param>
    /// <param name="writes">Whether it is written to: what is only read is never created.</param>
    /// <exception cref="SettingsException">There is no such store.</exception>
    public static StoragePlace Resolve(
        string text, string side, IEnumerable<string> details, CliInput input, bool writes) =>
        PlaceOf(Read(text, side, details, input, writes, []), input);

    /// <summary>The place that settings name.</summary>
    public static StoragePlace PlaceOf(Settings settings, CliInput input)
    {
        var provider = settings.Read<StorageProvider>(
            SettingNames.Provider, StorageProviders.Find("filesystem"), StorageProviders.TryFind, StorageProviders.Names);
        return provider.Bind(settings, new BerthDefaults(provider, "data"), input.WorkingDirectory);
    }

    /// <summary>Finds out which store is meant, with all other settings that are known besides.</summary>
    /// <param name="text">Its name.</param>
    /// <param name="side">From, To or Store: variables <c>Berth__From__S3__Endpoint</c> are for one side only.</param>
    /// <param name="details">NAME=VALUE, as the command line gives them.</param>
    /// <param name="input">Where variables and relative paths come from.</param>
    /// <param name="writes">Whether it is written to as to a new one: what is only read is never created.</param>
    /// <param name="others">What the command line says of other settings.</param>
    /// <exception cref="SettingsException">There is no such store.</exception>
    public static Settings Read(
        string text, string side, IEnumerable<string> details, CliInput input, bool writes, IEnumerable<Setting> others)
    {
        var section = SectionOf(text);
        var file = section is null ? FileOf(text, input.WorkingDirectory) : null;
        List<Setting> settings =
        [
            .. SettingSources.FromVariables(input.Environment),
            .. file is null ? [] : SettingSources.FromFile(file),
            .. SideVariables(side, input.Environment),
            .. details.Select(detail => Detail(detail, section, $"--{side.ToLowerInvariant()}")),
            .. others,
        ];
        if (file is null)
            settings.AddRange(FromName(text, section, new(settings)));
        if (!writes)
            settings.Add(new(AzurePlace.CreateMissing, ["false"], text));
        return new(settings);
    }

    /// <summary>Reads one detail.</summary>
    /// <param name="text">NAME=VALUE.</param>
    /// <param name="section">The provider's part of a name that is left out.</param>
    /// <param name="option">The option, for messages.</param>
    private static Setting Detail(string text, string? section, string option)
    {
        if (text.Split('=', 2) is not [var name, var value])
            throw new SettingsException($"{option} {text}: write NAME=VALUE");
        var known = new[] { name, Section + name, $"{Section}{section}:{name}" }.FirstOrDefault(SettingNames.Contains)
            ?? throw new SettingsException(
                $"{option} {name}: there is no such setting; the provider's are "
                + string.Join(", ", SettingNames.All.Select(one => one.Name)
                    .Where(one => one.StartsWith(Section + section, StringComparison.OrdinalIgnoreCase))
                    .Select(one => one[Section.Length..])));
        return new(known, [value], $"{option} {name}");
    }

    /// <summary>The path of a file of settings; <see langword="null"/> where the name is something else.</summary>
    /// <exception cref="SettingsException">There is no such file: a slip, and no folder to create.</exception>
    private static string? FileOf(string text, string workingDirectory)
    {
        if (!text.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
            return null;
        var path = Path.GetFullPath(text, workingDirectory);
        if (File.Exists(path))
            return path;
        return Directory.Exists(path)
            ? null
            : throw new SettingsException($"{text}: there is no such file; for a new folder of that name write {text}/");
    }

    private static string? SectionOf(string text) =>
        text.Split("://", 2) is [var scheme, _]
            ? UrlSections.Append("Azure").FirstOrDefault(
                section => section.Equals(scheme, StringComparison.OrdinalIgnoreCase))
                ?? throw new SettingsException($"{text}: this names no store; write {Forms}")
            : null;

    private static IEnumerable<Setting> SideVariables(string side, IReadOnlyDictionary<string, string> environment) =>
        environment
            .Where(entry => entry.Key.StartsWith($"Berth__{side}__", StringComparison.OrdinalIgnoreCase))
            .Select(entry => new Setting(
                Section + entry.Key[$"Berth__{side}__".Length..].Replace("__", ":", StringComparison.Ordinal),
                [entry.Value], entry.Key));

    /// <summary>What the name itself says, which is stronger than all else: a prefix that it leaves out is none.</summary>
    private static IEnumerable<Setting> FromName(string text, string? section, Settings others)
    {
        if (section is null)
        {
            return
            [
                new(SettingNames.Provider, ["filesystem"], text),
                new(FolderPlace.RootSetting, [text], text),
            ];
        }
        var url = text[(text.IndexOf("://", StringComparison.Ordinal) + 3)..].Split('/', 2);
        var (first, rest) = (url[0], url.Length > 1 ? url[1].Trim('/') : "");
        if (first.Length == 0)
            throw new SettingsException($"{text}: this names no store; write {Forms}");
        var provider = new Setting(SettingNames.Provider, [section.ToLowerInvariant()], text);
        return UrlSections.Contains(section)
            ? [provider, new($"{Section}{section}:Bucket", [first], text), new($"{Section}{section}:Prefix", [rest], text)]
            : [provider, .. FromAzure(text, first, rest, others)];
    }

    private static IEnumerable<Setting> FromAzure(string text, string account, string container, Settings others)
    {
        if (container.Length == 0 || container.Contains('/'))
            throw new SettingsException($"{text}: write azure://ACCOUNT/CONTAINER");
        yield return new(AzurePlace.Container, [container], text);
        if (others.Text(AzurePlace.ConnectionString) is { } connection)
        {
            if (!connection.Contains($"AccountName={account};", StringComparison.OrdinalIgnoreCase)
                && !connection.EndsWith($"AccountName={account}", StringComparison.OrdinalIgnoreCase))
            {
                throw new SettingsException(
                    $"{text}: {AzurePlace.ConnectionString} is of another account than {account}; "
                    + "give each side its own with Berth__From__Azure__ConnectionString and Berth__To__…");
            }
            yield break;
        }
        if (others.Text(AzurePlace.BlobServiceUri) is null)
            yield return new(AzurePlace.BlobServiceUri, [$"https://{account}.blob.core.windows.net"], text);
        if (others.Text(AzurePlace.TableServiceUri) is null)
            yield return new(AzurePlace.TableServiceUri, [$"https://{account}.table.core.windows.net"], text);
    }
}
