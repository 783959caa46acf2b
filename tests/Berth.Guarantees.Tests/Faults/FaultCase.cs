using System.Globalization;
using Berth.Guarantees.Tests.Promises;
using Berth.TestTools.Proxies;

namespace Berth.Guarantees.Tests.Faults;

/// <summary>A scenario in which one request to the store meets a fault.</summary>
/// <param name="Store">azure, s3 or oss.</param>
/// <param name="Scenario">Its name.</param>
/// <param name="At">Which request, from 1.</param>
/// <param name="Kind">What befalls it.</param>
/// <param name="Times">How often: more than once for what the provider sends again.</param>
/// <param name="Retrying">What the client does about failures.</param>
internal sealed record FaultCase(
    string Store, string Scenario, int At, FaultKind Kind, int Times, Retrying Retrying)
{
    /// <summary>As many as a provider's tries.</summary>
    public const int EveryTry = 3;

    /// <summary>Whether it takes as long as a try of a provider.</summary>
    public bool IsSlow => Kind is FaultKind.SlowAnswer or FaultKind.SlowRequest;

    /// <summary>All cases of a scenario that makes so many requests.</summary>
    public static IEnumerable<FaultCase> Of(string store, string scenario, int requests)
    {
        var retryings = Enum.GetValues<Retrying>();
        return from at in Enumerable.Range(1, requests)
               from kind in Enum.GetValues<FaultKind>()
               from times in new[] { 1, EveryTry }
               select new FaultCase(
                   store, scenario, at, kind, times, retryings[(at + (int)kind + times) % retryings.Length]);
    }

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static FaultCase Parse(string text)
    {
        var fields = text.Split('|');
        return new(
            fields[0], fields[1], int.Parse(fields[2], CultureInfo.InvariantCulture), Enum.Parse<FaultKind>(fields[3]),
            int.Parse(fields[4], CultureInfo.InvariantCulture), Enum.Parse<Retrying>(fields[5]));
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Store}|{Scenario}|{At}|{Kind}|{Times}|{Retrying}");
}
