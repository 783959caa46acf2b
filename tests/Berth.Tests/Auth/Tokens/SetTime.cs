namespace Berth.Tests.Auth.Tokens;

/// <summary>A clock that a test sets.</summary>
internal sealed class SetTime : TimeProvider
{
    /// <summary>2026-03-02, in the middle of a period of signing keys.</summary>
    public DateTimeOffset Now { get; set; } = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
