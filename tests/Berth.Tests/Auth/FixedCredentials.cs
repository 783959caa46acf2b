using Berth.Auth;

namespace Berth.Tests.Auth;

/// <summary>Names with their secrets and what those allow at most: as many sources as a test needs, without a file.</summary>
internal sealed class FixedCredentials(params (string Name, string Secret, AccessLimit[]? Limits)[] known) : ICredentialSource
{
    public Task<SignIn?> SignInAsync(string name, string secret, CancellationToken cancellationToken)
    {
        var (_, right, limits) = Array.Find(known, one => one.Name == name);
        return Task.FromResult(
            right is null ? null
            : right != secret ? SignIn.Refused("wrong secret")
            : SignIn.Accepted(new(new(PrincipalKind.User, "test", name)) { Limits = limits }));
    }
}
