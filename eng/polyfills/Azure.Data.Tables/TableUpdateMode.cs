namespace Azure.Data.Tables;

/// <summary>What an update does with the properties that it does not name.</summary>
public enum TableUpdateMode
{
    /// <summary>It leaves them.</summary>
    Merge = 0,

    /// <summary>It removes them.</summary>
    Replace = 1,
}
