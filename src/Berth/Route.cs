using Berth.Errors;

namespace Berth;

/// <summary>Answers a request whose path has been parsed.</summary>
/// <returns>The client's fault, or <see langword="null"/> when the response has been written.</returns>
internal delegate Task<RegistryError?> Endpoint(RegistryRequest request);

/// <summary>One endpoint of the distribution-spec.</summary>
/// <param name="Id">The spec's id.</param>
/// <param name="Methods">The HTTP methods it answers.</param>
/// <param name="Pattern">Its path; <c>{name}</c> stands for one or more segments.</param>
/// <param name="Access">What it needs.</param>
/// <param name="Endpoint">What answers it.</param>
internal sealed record Route(string Id, string[] Methods, string Pattern, Access Access, Endpoint Endpoint);
