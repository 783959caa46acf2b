namespace Berth.Identity;

/// <summary>Where an htpasswd file is. Hosts bind it from <c>Berth:Auth:Htpasswd</c>.</summary>
public sealed record HtpasswdOptions
{
    /// <summary>The file: <c>Berth:Auth:Htpasswd:Path</c>. May be a link that is pointed elsewhere, as in mounted secrets.</summary>
    public required string Path { get; init; }
}
