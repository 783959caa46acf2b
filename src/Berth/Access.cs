namespace Berth;

/// <summary>What a request needs to be allowed to do, declared by its route and known before its body is read.</summary>
internal enum Access
{
    /// <summary>Nothing: whether the registry is there and well.</summary>
    None,

    /// <summary>Reading from the repository.</summary>
    Pull,

    /// <summary>Writing to the repository.</summary>
    Push,

    /// <summary>Deleting from the repository.</summary>
    Delete,

    /// <summary>Seeing which repositories there are.</summary>
    Catalog,

    /// <summary>A login, where pushing needs one.</summary>
    Login,
}
