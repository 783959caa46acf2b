namespace Berth.Storage;

/// <summary>The store could not do what it was asked: the registry answers 503, or 429 where the store is busy.</summary>
public sealed class StorageException : IOException
{
    /// <summary>Creates the exception without a message of its own.</summary>
    public StorageException()
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What failed, for the log. Never sent to a client.</param>
    public StorageException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What failed, for the log. Never sent to a client.</param>
    /// <param name="innerException">The provider's own exception.</param>
    public StorageException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>True when the store asked for fewer requests (429, 503 SlowDown).</summary>
    public bool IsThrottled { get; init; }

    /// <summary>
    /// True when what is stored is not what was written: trying again does not help, and the registry answers 500.
    /// </summary>
    public bool IsDamage { get; init; }

    /// <summary>How long the store asked to wait, where it did.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
