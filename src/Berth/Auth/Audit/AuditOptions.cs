namespace Berth.Auth.Audit;

/// <summary>How long it is kept who did what.</summary>
public sealed record AuditOptions
{
    /// <summary>How many days are kept besides today; 0 keeps no audit at all, 3,650 is the most. Default: 90.</summary>
    public int Days { get; init; } = 90;
}
