namespace Berth.Auth;

/// <summary>What can be done with a repository: the actions of the Docker registry's token scopes.</summary>
[Flags]
public enum RepositoryActions
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Reading manifests, tags, referrers and blobs: <c>pull</c>.</summary>
    Pull = 1,

    /// <summary>Uploading blobs and putting manifests and tags: <c>push</c>.</summary>
    Push = 2,

    /// <summary>Deleting manifests, tags and blobs: <c>delete</c>.</summary>
    Delete = 4,

    /// <summary>Everything: <c>*</c>.</summary>
    All = Pull | Push | Delete,
}
