using System.Globalization;

namespace Berth.Guarantees.Tests.Model;

/// <summary>What a step of a sequence does. Its numbers choose among few values, of which 0 is always the plainest.</summary>
internal enum Kind
{
    /// <summary>Repository, recipe, tag: pushes whatever is missing, then the manifest.</summary>
    PushImage,

    /// <summary>Repository, blob, algorithm, flaw: POST with the whole blob.</summary>
    PushWhole,

    /// <summary>Repository, blob, algorithm, from.</summary>
    Mount,

    /// <summary>Repository, blob, algorithm.</summary>
    HeadBlob,

    /// <summary>Repository, blob, algorithm, range.</summary>
    GetBlob,

    /// <summary>Repository, blob, algorithm.</summary>
    DeleteBlob,

    /// <summary>Slot, repository, blob, algorithm.</summary>
    StartUpload,

    /// <summary>Slot, amount, position, flaw.</summary>
    Patch,

    /// <summary>Slot, amount, digest, position, flaw.</summary>
    Finish,

    /// <summary>Slot: the last PUT of it again, as a client does whose answer was lost.</summary>
    RepeatFinish,

    /// <summary>Slot, whether in another repository.</summary>
    GetUpload,

    /// <summary>Slot, whether in another repository.</summary>
    CancelUpload,

    /// <summary>Repository, recipe, reference, tags, type.</summary>
    PutManifest,

    /// <summary>Repository, recipe or tag, reference, verb.</summary>
    GetManifest,

    /// <summary>Repository, recipe or tag, reference.</summary>
    DeleteManifest,

    /// <summary>Repository, n, last.</summary>
    ListTags,

    /// <summary>n, last.</summary>
    ListRepositories,

    /// <summary>Repository, subject, filter, n, last.</summary>
    ListReferrers,

    /// <summary>Everything that the repository holds.</summary>
    DeleteAll,

    /// <summary>An instance ends, another begins.</summary>
    Restart,

    /// <summary>How long.</summary>
    PassTime,

    /// <summary>A collection of garbage, from its beginning to its end.</summary>
    Collect,
}

/// <summary>A step: which instance does what, with five small numbers.</summary>
internal readonly record struct Operation(Kind Kind, int Instance, int A, int B, int C, int D, int E)
{
    private static readonly Kind[] Weighted = [.. Enum.GetValues<Kind>().SelectMany(kind => Enumerable.Repeat(kind, WeightOf(kind)))];

    /// <summary>A random step; flaws are the exception, or nothing would ever be pushed.</summary>
    public static Operation Next(Random random)
    {
        var kind = Weighted[random.Next(Weighted.Length)];
        return new(kind, random.Next(2), Number(), Number(), Number(), Number(), Number());

        int Number() => random.Next(3) == 0 ? 0 : random.Next(24);
    }

    public static Operation Parse(string line)
    {
        var parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var numbers = parts[1..].Select(part => int.Parse(part, CultureInfo.InvariantCulture)).ToArray();
        return new(
            Enum.Parse<Kind>(parts[0]), numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]);
    }

    /// <summary>Plainer steps of the same kind.</summary>
    public IEnumerable<Operation> Simpler()
    {
        if (Instance != 0)
            yield return this with { Instance = 0 };
        foreach (var value in Below(A))
            yield return this with { A = value };
        foreach (var value in Below(B))
            yield return this with { B = value };
        foreach (var value in Below(C))
            yield return this with { C = value };
        foreach (var value in Below(D))
            yield return this with { D = value };
        foreach (var value in Below(E))
            yield return this with { E = value };
    }

    public override string ToString() => $"{Kind} {Instance} {A} {B} {C} {D} {E}";

    private static IEnumerable<int> Below(int value) => value switch { 0 => [], 1 => [0], _ => [0, value - 1] };

    private static int WeightOf(Kind kind) => kind switch
    {
        Kind.PushImage or Kind.PutManifest or Kind.Patch or Kind.Finish or Kind.DeleteManifest => 6,
        Kind.StartUpload or Kind.PushWhole or Kind.Mount or Kind.ListReferrers or Kind.DeleteBlob => 4,
        Kind.Collect or Kind.DeleteAll or Kind.Restart or Kind.PassTime or Kind.CancelUpload or Kind.RepeatFinish => 2,
        _ => 3,
    };
}
