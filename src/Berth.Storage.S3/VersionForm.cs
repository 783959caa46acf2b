namespace Berth.Storage.S3;

/// <summary>
/// How a version is written in If-Match. HTTP has quotes around an ETag, and some servers insist on them. To others they
/// are part of what is compared, and nothing matches: Ceph up to version 18, and services that are made of it. Which of
/// the two a server is shows at the first version that is replaced.
/// </summary>
internal sealed class VersionForm
{
    private volatile bool _isBare;
    private volatile bool _isKnown;

    /// <summary>Whether a refusal can be believed, as versions were understood before.</summary>
    public bool IsKnown => _isKnown;

    /// <summary>A version as If-Match names it.</summary>
    public string? Write(string? version) => _isBare ? version?.Trim('"') : version;

    /// <summary>Told that a version that was written so was replaced.</summary>
    public void Confirm(string? written)
    {
        if (written is null || _isKnown)
            return;
        _isBare = !written.StartsWith('"');
        _isKnown = true;
    }

    /// <summary>Told of a refusal over the very version that was named: the next one is written the other way.</summary>
    public void Doubt()
    {
        if (!_isKnown)
            _isBare = !_isBare;
    }
}
