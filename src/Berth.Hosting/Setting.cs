using System.Globalization;

namespace Berth.Hosting;

/// <summary>One setting as one source gives it.</summary>
/// <param name="Name">Its name, from <see cref="SettingNames"/> unless it is mistyped.</param>
/// <param name="Values">Its value; a list has several. None: the source sets it back to its default.</param>
/// <param name="Origin">How the user spelled it and where, for messages.</param>
public sealed record Setting(string Name, IReadOnlyList<string> Values, string Origin)
{
    /// <summary>Joins the entries of lists, <c>Name:0</c>, <c>Name:1</c>, …, within one source.</summary>
    public static IEnumerable<Setting> JoinLists(IEnumerable<Setting> source) =>
        source.Select(setting => (Setting: setting, List: ListOf(setting.Name)))
            .GroupBy(entry => entry.List.Name, StringComparer.OrdinalIgnoreCase)
            .Select(group => new Setting(
                group.Key,
                [.. group.OrderBy(entry => entry.List.Index).SelectMany(entry => entry.Setting.Values)],
                group.First().Setting.Origin));

    private static (string Name, int Index) ListOf(string name)
    {
        var colon = name.LastIndexOf(':');
        return int.TryParse(name.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? (name[..colon], index)
            : (name, 0);
    }
}
