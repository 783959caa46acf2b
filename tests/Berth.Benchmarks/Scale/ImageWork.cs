namespace Berth.Benchmarks.Scale;

/// <summary>What a client and the registry do for one image, of which neither has anything: its config and 10 layers.</summary>
/// <param name="Requests">To the registry, each an execution of the function.</param>
/// <param name="Calls">To the store, the client's own downloads among them.</param>
internal sealed record ImageWork(int Requests, StoreCalls Calls)
{
    /// <summary>As many as those of the manifest whose push is measured.</summary>
    public const int Layers = 10;

    /// <summary>The manifest by its tag, a redirect for each blob, and each blob from the store.</summary>
    public static ImageWork Pull(MeasuredCalls measured) => new(
        1 + Layers + 1,
        measured["GET of a manifest by tag"]
            + ((Layers + 1) * (measured["GET of a blob, to the redirect"] + new StoreCalls(0, 0, ObjectReads: 1, 0))));

    /// <summary>POST, PATCH and PUT for each layer (5 MB) and the config (1 KB), and the manifest.</summary>
    public static ImageWork Push(MeasuredCalls measured) => new(
        (3 * (Layers + 1)) + 1,
        (Layers * measured["push of a layer of 5 MB: POST, PATCH, PUT"])
            + measured["push of a layer of 1 KB: POST, PATCH, PUT"]
            + measured["push of a manifest of 10 layers"]);
}
