namespace Berth.Storage;

/// <summary>A promise of <see cref="IRecordStore"/> that a store breaks without saying so.</summary>
public enum StorageFlaw
{
    /// <summary>It creates a record that is there already.</summary>
    CreatesTwice,

    /// <summary>It replaces a record under a version that it no longer has.</summary>
    ReplacesOldVersions,

    /// <summary>It deletes a record under a version that it no longer has.</summary>
    DeletesOldVersions,
}

/// <summary>A store was found to lose data where two write at once.</summary>
public sealed class StorageFlawException : IOException
{
    /// <summary>Creates the exception without a message of its own.</summary>
    public StorageFlawException()
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What the store did.</param>
    public StorageFlawException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What the store did.</param>
    /// <param name="innerException">The provider's own exception.</param>
    public StorageFlawException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>What the store did.</summary>
    public StorageFlaw Flaw { get; init; }
}
