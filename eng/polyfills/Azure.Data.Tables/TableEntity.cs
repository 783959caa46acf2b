using System.Diagnostics.CodeAnalysis;

namespace Azure.Data.Tables;

/// <summary>An entity as a dictionary of properties.</summary>
public sealed class TableEntity : ITableEntity
{
    internal const string ETagName = "odata.etag";
    private const string PartitionKeyName = "PartitionKey";
    private const string RowKeyName = "RowKey";
    private const string TimestampName = "Timestamp";

    /// <summary>An entity without properties.</summary>
    public TableEntity()
    {
    }

    /// <summary>An entity with a key.</summary>
    public TableEntity(string partitionKey, string rowKey) => (PartitionKey, RowKey) = (partitionKey, rowKey);

    /// <inheritdoc/>
    [AllowNull]
    public string PartitionKey
    {
        get => GetString(PartitionKeyName)!;
        set => this[PartitionKeyName] = value;
    }

    /// <inheritdoc/>
    [AllowNull]
    public string RowKey
    {
        get => GetString(RowKeyName)!;
        set => this[RowKeyName] = value;
    }

    /// <inheritdoc/>
    public DateTimeOffset? Timestamp
    {
        get => Get<DateTimeOffset?>(TimestampName);
        set => this[TimestampName] = value;
    }

    /// <inheritdoc/>
    public ETag ETag
    {
        get => new(GetString(ETagName)!);
        set => this[ETagName] = value.ToString();
    }

    internal Dictionary<string, object?> Properties { get; } = new(StringComparer.Ordinal);

    /// <summary>A property, or <see langword="null"/> where there is none.</summary>
    public object? this[string key]
    {
        get => Properties.GetValueOrDefault(key);
        set => Properties[key] = value;
    }

    /// <summary>A property of type Edm.String.</summary>
    /// <exception cref="InvalidOperationException">The property is of another type.</exception>
    public string? GetString(string key) => Get<string?>(key);

    /// <summary>A property of type Edm.Binary.</summary>
    /// <exception cref="InvalidOperationException">The property is of another type.</exception>
    public byte[]? GetBinary(string key) => Get<byte[]?>(key);

    private T? Get<T>(string key) => this[key] switch
    {
        null => default,
        T value => value,
        var other => throw new InvalidOperationException($"The property is a {other.GetType()}, not a {typeof(T)}."),
    };
}
