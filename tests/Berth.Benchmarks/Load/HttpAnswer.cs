namespace Berth.Benchmarks.Load;

/// <summary>The beginning of an answer.</summary>
/// <param name="Status">Such as 200.</param>
/// <param name="Headers">Its lines, without the one of the status.</param>
internal sealed record HttpHead(int Status, IReadOnlyList<string> Headers)
{
    /// <summary>The value of a header, or <see langword="null"/>.</summary>
    public string? this[string name] => Headers
        .Where(line => line.Length > name.Length && line[name.Length] == ':'
            && line.StartsWith(name, StringComparison.OrdinalIgnoreCase))
        .Select(line => line[(name.Length + 1)..].Trim())
        .FirstOrDefault();

    /// <summary>Path and query of the Location, which may be relative or absolute.</summary>
    public string Location
    {
        get
        {
            var location = this["Location"] ?? throw new InvalidDataException($"no Location in an answer {Status}");
            return location.StartsWith('/') ? location : new Uri(location).PathAndQuery;
        }
    }
}

/// <summary>An answer read to its end.</summary>
internal sealed record HttpAnswer(HttpHead Head, byte[] Body)
{
    public int Status => Head.Status;
}
