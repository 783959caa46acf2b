namespace Berth.Tests.Auth.Matrix;

/// <summary>One request of the distribution-spec, as often as it differs in what it needs.</summary>
/// <param name="Name">Its name in the test's output.</param>
/// <param name="Route">The route's id.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path; <c>{blob}</c>, <c>{shared}</c> (a blob of acme/app alone), <c>{manifest}</c> and <c>{upload}</c> are filled in.</param>
/// <param name="Action">What it needs: <c>pull</c>, <c>push</c> or <c>delete</c>.</param>
/// <param name="Scope">What the challenge asks for.</param>
/// <param name="There">The answer to who may, where what it names is there.</param>
/// <param name="Missing">The answer to who may, where it is not.</param>
internal sealed record RegistryCall(
    string Name, string Route, string Method, string Path, string Action, string Scope, int There, int Missing)
{
    private const string Unknown = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

    public static readonly RegistryCall[] All =
    [
        Pull("get a tag", "end-3", "GET", "manifests/latest"),
        Pull("head a tag", "end-3", "HEAD", "manifests/latest"),
        Pull("get a manifest", "end-3", "GET", "manifests/{manifest}"),
        Pull("head a manifest", "end-3", "HEAD", "manifests/{manifest}"),
        Pull("get a missing tag", "end-3", "GET", "manifests/missing") with { There = 404 },
        Pull("get a missing manifest", "end-3", "GET", $"manifests/{Unknown}") with { There = 404 },
        Pull("get a blob", "end-2", "GET", "blobs/{blob}"),
        Pull("head a blob", "end-2", "HEAD", "blobs/{blob}"),
        Pull("get a missing blob", "end-2", "GET", $"blobs/{Unknown}") with { There = 404 },
        Pull("list tags", "end-8", "GET", "tags/list"),
        Pull("list a page of tags", "end-8", "GET", "tags/list?n=1&last=a"),
        Pull("list referrers", "end-12", "GET", "referrers/{manifest}") with { Missing = 200 },
        Push("start an upload", "end-4", "POST", "blobs/uploads/", 202),
        Push("mount a blob", "end-4", "POST", "blobs/uploads/?mount={shared}&from=acme/app", 201),
        Push("push a blob at once", "end-4", "POST", "blobs/uploads/?digest={empty}", 201),
        Push("put no manifest", "end-7", "PUT", "manifests/again", 400),
        Push("ask for a missing upload", "end-13", "GET", "blobs/uploads/{upload}", 404),
        Push("append to a missing upload", "end-5", "PATCH", "blobs/uploads/{upload}", 404),
        Push("finish a missing upload", "end-6", "PUT", "blobs/uploads/{upload}?digest={empty}", 404),
        Push("cancel a missing upload", "end-14", "DELETE", "blobs/uploads/{upload}", 404),
        Delete("delete a tag", "end-9", "manifests/missing", 404),
        Delete("delete a manifest", "end-9", $"manifests/{Unknown}", 404),
        Delete("delete a blob", "end-10", $"blobs/{Unknown}", 404),
    ];

    public override string ToString() => Name;

    private static RegistryCall Pull(string name, string route, string method, string path) =>
        new(name, route, method, path, "pull", "pull", 200, 404);

    private static RegistryCall Push(string name, string route, string method, string path, int status) =>
        new(name, route, method, path, "push", "pull,push", status, status);

    private static RegistryCall Delete(string name, string route, string path, int status) =>
        new(name, route, "DELETE", path, "delete", "delete", status, status);
}
