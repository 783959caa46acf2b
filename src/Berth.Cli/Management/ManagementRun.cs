using System.CommandLine;
using System.Text.Json.Nodes;

namespace Berth.Cli.Management;

/// <summary>One run of a command of the management API.</summary>
internal sealed class ManagementRun(CliInput input, ParseResult result, ManagementOptions options) : IDisposable
{
    /// <summary>The user name that goes with an identity token, which names its person itself.</summary>
    public const string IdentityTokenUser = "oidc";

    private const string UrlVariable = "BERTH_URL";
    private const string UserVariable = "BERTH_USER";
    private const string TokenVariable = "BERTH_TOKEN";

    private RegistryApi? _api;

    public CliInput Input => input;

    public Prompt Prompt { get; } = new(input);

    public ResultWriter Results { get; } = new(input, result.GetValue(options.Json));

    /// <summary>Whether a connection to another machine may be unencrypted.</summary>
    public bool IsInsecure => result.GetValue(options.Insecure);

    /// <summary>The registry that is meant, with the login to it where there is one.</summary>
    /// <exception cref="CommandException">None is meant, or it must not be spoken to.</exception>
    public RegistryApi Api => _api ??= Open();

    public T? Get<T>(Option<T> option) => result.GetValue(option);

    public T Get<T>(Argument<T> argument) => result.GetValue(argument)!;

    /// <summary>The registry that a command names, or that is meant where it names none.</summary>
    /// <exception cref="CommandException">There is none.</exception>
    public RegistryAddress Address(string? named, KeptLogins kept) => RegistryAddress.Parse(
        named ?? input.Variable(UrlVariable) ?? kept.Current
        ?? throw new CommandException($"no registry is named: log in with berth login URL, or set {UrlVariable}"));

    /// <summary>Speaks to a registry with a login that is not kept, or with none.</summary>
    public RegistryApi Connect(RegistryAddress address, Login? login)
    {
        if (!IsInsecure)
            RegistryAddress.RequirePrivate(address.Url);
        return new(address, login);
    }

    /// <summary>Reads a list to its end, or to the limit, and prints it.</summary>
    public async Task ShowListAsync(
        string path, string member, IReadOnlyList<Column> columns, int limit, CancellationToken cancellationToken)
    {
        var (items, more) = await Api.ListAsync(path, member, limit, cancellationToken);
        await Results.WriteListAsync(member, items, columns);
        if (more)
            await input.Error.WriteLineAsync($"berth: there are more than these {items.Count}: see --limit");
    }

    /// <summary>Sends a request and prints the one thing that the answer is.</summary>
    public async Task ShowAsync(
        HttpMethod method, string path, JsonObject? body, IReadOnlyList<Column> columns, CancellationToken cancellationToken) =>
        await Results.WriteAsync(await Api.SendAsync(method, path, body, cancellationToken), columns);

    /// <summary>Sends a request and prints what is done with it.</summary>
    public async Task DoAsync(
        HttpMethod method, string path, JsonObject? body, string done, CancellationToken cancellationToken) =>
        await Results.WriteDoneAsync(await Api.SendAsync(method, path, body, cancellationToken), done);

    /// <summary>Deletes something, after asking unless that is not wanted.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="what">What it is called.</param>
    /// <param name="yes">Whether not to ask.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task DeleteAsync(string path, string what, Option<bool> yes, CancellationToken cancellationToken)
    {
        var api = Api;
        if (!Get(yes))
            await Prompt.ConfirmAsync($"delete {what} of {api.Address}", cancellationToken);
        await DoAsync(HttpMethod.Delete, path, body: null, $"{what} deleted", cancellationToken);
    }

    public void Dispose() => _api?.Dispose();

    private RegistryApi Open()
    {
        var named = Get(options.Registry);
        var (url, token) = (input.Variable(UrlVariable), input.Variable(TokenVariable));
        if (token is not null && url is null)
            throw new CommandException($"{TokenVariable} needs {UrlVariable}: a token is for one registry");
        // A token is never shown to another registry than it is for.
        if (token is not null && (named is null || RegistryAddress.Parse(named) == RegistryAddress.Parse(url!)))
            return Connect(RegistryAddress.Parse(url!), new(TokenUser(token), token));
        var kept = LoginFile.Find(input).Read();
        var address = Address(named, kept);
        return kept.Find(address.ToString()) is { } login
            ? login.Insecure ? new(address, new(login.User, login.Secret)) : Connect(address, new(login.User, login.Secret))
            : Connect(address, login: null);
    }

    private string TokenUser(string token) =>
        input.Variable(UserVariable)
        ?? (token.StartsWith("eyJ", StringComparison.Ordinal)
            ? IdentityTokenUser
            : throw new CommandException($"{TokenVariable} needs {UserVariable}: the account that the token belongs to"));
}
