namespace Berth.Guarantees.Tests.Promises;

/// <summary>
/// What the clients know of a registry by what they were answered: the values that each fact may have. One, where the last
/// write was answered; more while the answer to a write is not known. A digest, or <see langword="null"/> for "not there".
/// </summary>
internal sealed class Knowledge
{
    private readonly Dictionary<Fact, HashSet<string?>> _values = [];

    public IEnumerable<(Fact Fact, IReadOnlySet<string?> Values)> Facts => _values.Select(fact =>
        (fact.Key, (IReadOnlySet<string?>)fact.Value));

    /// <summary>Uploads that are neither ended nor cancelled, by their location, with the bytes that were answered 202.</summary>
    public Dictionary<Uri, OpenUpload> Uploads { get; } = [];

    /// <summary>The values that a fact may have; a fact that nobody wrote is not there.</summary>
    public IReadOnlySet<string?> Of(Fact fact) => Values(fact);

    /// <summary>A write was sent: from now on it may have happened.</summary>
    public void Begin(Fact fact, string? value) => Values(fact).Add(value);

    /// <summary>A write was answered: from now on it has happened, and nothing before it counts.</summary>
    public void Acknowledge(Fact fact, string? value)
    {
        var values = Values(fact);
        values.Clear();
        values.Add(value);
    }

    /// <summary>A manifest's deletion takes along the tags that name it.</summary>
    public void BeginUntagging(string repository, string digest)
    {
        foreach (var (_, values) in TagsOf(repository).Where(tag => tag.Values.Contains(digest)))
            values.Add(null);
    }

    /// <summary>From now on no tag names it.</summary>
    public void AcknowledgeUntagging(string repository, string digest)
    {
        foreach (var (_, values) in TagsOf(repository).Where(tag => tag.Values.Contains(digest)))
        {
            values.Remove(digest);
            values.Add(null);
        }
    }

    private IEnumerable<(Fact Tag, HashSet<string?> Values)> TagsOf(string repository) => _values
        .Where(fact => fact.Key.Kind == FactKind.Tag && fact.Key.Repository == repository)
        .Select(fact => (fact.Key, fact.Value));

    private HashSet<string?> Values(Fact fact)
    {
        if (!_values.TryGetValue(fact, out var values))
            _values.Add(fact, values = [null]);
        return values;
    }
}

/// <summary>An upload that was begun.</summary>
/// <param name="Repository">Where to.</param>
/// <param name="Digest">Of what.</param>
/// <param name="Durable">How many bytes were answered 202.</param>
/// <param name="Sent">How many bytes were sent.</param>
internal sealed record OpenUpload(string Repository, string Digest, long Durable, long Sent);
