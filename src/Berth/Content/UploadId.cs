using System.Diagnostics.CodeAnalysis;

namespace Berth.Content;

/// <summary>The UUID that names an upload session, in its 36-character lower-case form.</summary>
internal readonly record struct UploadId
{
    private readonly string? _text;

    private UploadId(string text) => _text = text;

    /// <summary>A new id: 122 bits from the system's cryptographic generator, so nobody guesses another's.</summary>
    public static UploadId New() => new(Guid.NewGuid().ToString("D"));

    public static bool TryParse([NotNullWhen(true)] string? text, out UploadId id)
    {
        id = default;
        // Only the one spelling that New makes: two spellings of one session would be two keys.
        if (!Guid.TryParseExact(text, "D", out var value) || value.ToString("D") != text)
        {
            return false;
        }
        id = new UploadId(text);
        return true;
    }

    public override string ToString() => _text ?? "";
}
