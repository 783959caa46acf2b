using Berth.Content;

namespace Berth.Stores;

/// <summary>To whom an upload belongs: nobody goes on with it in another repository, or for somebody else.</summary>
/// <param name="Repository">The repository that it was begun in.</param>
/// <param name="Principal">The id of who began it; <see langword="null"/> for nobody in particular.</param>
internal readonly record struct UploadOwner(RepositoryName Repository, string? Principal);
