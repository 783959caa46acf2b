using Berth.Auth;
using Berth.Content;

namespace Berth.Accounts;

/// <summary>Logs people in with personal tokens, <c>berth_pat_ID_SECRET</c>, under the names of their accounts.</summary>
internal sealed class PersonalTokenSignIn(AccountRecords records, TimeProvider time) : ICredentialSource
{
    private const string Prefix = "berth_pat_";

    /// <summary>A new token's id, and the text that its owner is shown once.</summary>
    public static (string Id, string Secret, string Text) New()
    {
        var (id, secret) = (Secret.NewId(), Secret.New());
        return (id, secret, $"{Prefix}{id}_{secret}");
    }

    public async Task<SignIn?> SignInAsync(string name, string secret, CancellationToken cancellationToken)
    {
        if (!secret.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }
        var account = AccountName.TryParse(name, out _)
            ? await records.Accounts.GetAsync(name, cancellationToken)
            : null;
        var (id, part) = secret[Prefix.Length..].Split('_') is [var first, var second] ? (first, second) : ("", "");
        var token = account?.Value.Tokens.FirstOrDefault(one => one.Id == id);
        if (!Secret.IsRight(part, token?.Hash) || account is null || token is null)
        {
            return SignIn.Ended("unknown personal token");
        }
        var now = time.GetUtcNow();
        if (account.Value.IsDisabled || token.Expires <= now)
        {
            return SignIn.Ended(account.Value.IsDisabled ? "account disabled" : "personal token expired");
        }
        if (LastUse.IsDue(token.LastUsed, now))
        {
            await LastUse.RecordAsync(() => records.Accounts.TryReplaceAsync(account, Used(account.Value, token, now), cancellationToken));
        }
        return SignIn.Accepted(Credentials.CallerOf(name, account.Value, token));
    }

    private static AccountRecord Used(AccountRecord account, PersonalToken token, DateTimeOffset now) => account with
    {
        Tokens = [.. account.Tokens.Select(one => one == token ? token with { LastUsed = now } : one)],
    };
}
