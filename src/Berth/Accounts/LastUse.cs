using Berth.Storage;

namespace Berth.Accounts;

/// <summary>When a credential was used last: told to the hour, so that a busy one costs a write an hour.</summary>
internal static class LastUse
{
    private static readonly TimeSpan Precision = TimeSpan.FromHours(1);

    /// <summary>Whether what is recorded is too old.</summary>
    public static bool IsDue(DateTimeOffset? recorded, DateTimeOffset now) => recorded is null || now - recorded >= Precision;

    /// <summary>Records it, once: whoever else writes the record at the same time wins, and a store that fails fails nobody.</summary>
    public static async Task RecordAsync(Func<Task<bool>> write)
    {
        try
        {
            await write();
        }
        catch (StorageException)
        {
            // The request itself reads on, and fails where it has to.
        }
    }
}
