using System.CommandLine;

namespace Berth.Cli.Management;

/// <summary>The options of <c>berth login --oidc</c>.</summary>
internal sealed class DeviceOptions
{
    private readonly Option<string?> _issuer = new("--issuer")
    {
        Description = "with --oidc: who knows you, as the registry's Berth:Auth:Oidc:Issuer says",
        HelpName = "URL",
    };

    private readonly Option<string?> _clientId = new("--client-id")
    {
        Description = "with --oidc: what the registry is called there, as its Berth:Auth:Oidc:ClientId says",
        HelpName = "ID",
    };

    public Option<bool> Oidc { get; } = new("--oidc")
    {
        Description = "log in with a browser, on this machine or another, at an OpenID Connect issuer",
    };

    public IEnumerable<Option> All => [Oidc, _issuer, _clientId];

    /// <summary>Has a person log in at the issuer.</summary>
    public async Task<Login> SignInAsync(ManagementRun run, CancellationToken cancellationToken)
    {
        if (run.Get(_issuer) is not { } issuer || run.Get(_clientId) is not { } clientId)
            throw new CommandException("--oidc needs --issuer and --client-id");
        if (!Uri.TryCreate(issuer, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http"))
            throw new CommandException($"--issuer {issuer}: write its URL, https://…");
        using var signIn = new DeviceSignIn(run.Input, url, issuer, clientId, run.IsInsecure);
        return new(ManagementRun.IdentityTokenUser, await signIn.RunAsync(cancellationToken));
    }
}
