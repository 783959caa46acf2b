namespace Berth.Moving;

/// <summary>Something that was left out, and why.</summary>
/// <param name="Repository">Where it is.</param>
/// <param name="Subject">What it is: <c>the blob sha256:…</c>, <c>the tag v1</c>.</param>
/// <param name="Reason">Why, in words.</param>
public sealed record MoveProblem(string Repository, string Subject, string Reason)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Repository}: {Subject}: {Reason}";
}
