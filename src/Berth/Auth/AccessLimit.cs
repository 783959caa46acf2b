using Berth.Content;

namespace Berth.Auth;

/// <summary>What a credential allows at most, on some repositories.</summary>
/// <param name="Repositories">Which ones.</param>
/// <param name="Actions">What may be done with them.</param>
public sealed record AccessLimit(RepositoryPattern Repositories, RepositoryActions Actions);
