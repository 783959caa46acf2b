namespace Berth.Guarantees.Tests.Promises;

/// <summary>What a client does when a request of an upload failed, or its answer was lost.</summary>
internal enum Retrying
{
    /// <summary>Sends the very same request again.</summary>
    Repeat,

    /// <summary>Asks how far the upload has come, and goes on there.</summary>
    Resume,

    /// <summary>Looks whether the blob is there after all, and else uploads it anew: docker and containerd.</summary>
    Restart,
}
