using System.Globalization;
using Berth.Guarantees.Tests.Promises;

namespace Berth.Guarantees.Tests.Crashes;

/// <summary>A scenario in which the server is killed at one of its calls to the store.</summary>
/// <param name="Scenario">Its name.</param>
/// <param name="At">Which call, from 1.</param>
/// <param name="After">Whether the call is done first.</param>
/// <param name="Retrying">What the client does about it.</param>
internal sealed record CrashCase(string Scenario, int At, bool After, Retrying Retrying)
{
    /// <summary>All cases of a scenario that makes so many calls.</summary>
    public static IEnumerable<CrashCase> Of(string scenario, int calls) =>
        from at in Enumerable.Range(1, calls)
        from after in new[] { false, true }
        from retrying in Enum.GetValues<Retrying>()
        select new CrashCase(scenario, at, after, retrying);

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static CrashCase Parse(string text)
    {
        var fields = text.Split('|');
        return new(
            fields[0], int.Parse(fields[1], CultureInfo.InvariantCulture), fields[2] == "after",
            Enum.Parse<Retrying>(fields[3]));
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Scenario}|{At}|{(After ? "after" : "before")}|{Retrying}");
}
