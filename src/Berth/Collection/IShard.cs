namespace Berth.Collection;

/// <summary>A part of the store that one worker at a time clears of garbage.</summary>
internal interface IShard
{
    /// <summary>Its name, a single segment of a record's key.</summary>
    string Name { get; }

    /// <summary>Clears it.</summary>
    /// <param name="cursor">Where to begin: what it returned last; <see langword="null"/> for the beginning.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Every now and then, at least each few dozen calls to the store, a cursor to go on from.</returns>
    IAsyncEnumerable<string> ClearAsync(string? cursor, CancellationToken cancellationToken);
}
