namespace Berth.Content;

/// <summary>The <c>&lt;tag-or-digest&gt;</c> of the distribution-spec: exactly one of the two.</summary>
internal readonly record struct Reference
{
    private Reference(Tag? tag, Digest? digest) => (Tag, Digest) = (tag, digest);

    public Tag? Tag { get; }

    public Digest? Digest { get; }

    public static Reference To(Tag tag) => new(tag, null);

    public static Reference To(Digest digest) => new(null, digest);

    public override string ToString() => Tag?.ToString() ?? Digest?.ToString() ?? "";
}
