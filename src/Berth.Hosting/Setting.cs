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
        source.Select(Entry.Of)
            .GroupBy(entry => entry.List, StringComparer.OrdinalIgnoreCase)
            .Select(group => new Setting(
                group.Key,
                [.. group.OrderBy(entry => entry.Index).SelectMany(entry => entry.Setting.Values)],
                group.First().Setting.Origin));

    /// <summary>A class, no tuple: what LINQ does with references is compiled ahead, and each start does it.</summary>
    private sealed record Entry(Setting Setting, string List, int Index)
    {
        public static Entry Of(Setting setting)
        {
            var colon = setting.Name.LastIndexOf(':');
            return int.TryParse(
                setting.Name.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                ? new(setting, setting.Name[..colon], index)
                : new(setting, setting.Name, 0);
        }
    }
}
