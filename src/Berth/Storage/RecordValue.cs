namespace Berth.Storage;

/// <summary>The limit on values that <see cref="IRecordStore"/> documents, checked by every provider.</summary>
public static class RecordValue
{
    /// <summary>The largest value, in bytes.</summary>
    public const int MaximumSize = 524_288;

    /// <summary>Checks a record's value.</summary>
    /// <exception cref="ArgumentException">The value is too large.</exception>
    public static void Require(ReadOnlyMemory<byte> value)
    {
        if (value.Length > MaximumSize)
        {
            throw new ArgumentException(
                $"A value of {value.Length} bytes is larger than {MaximumSize}.", nameof(value));
        }
    }
}
