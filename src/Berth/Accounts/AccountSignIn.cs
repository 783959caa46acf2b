using Berth.Auth;
using Berth.Content;

namespace Berth.Accounts;

/// <summary>Logs people in with the passwords of their accounts.</summary>
internal sealed class AccountSignIn(AccountRecords records, PasswordVerification passwords) : ICredentialSource
{
    public async Task<SignIn?> SignInAsync(string name, string secret, CancellationToken cancellationToken)
    {
        if (secret.Length > PasswordRule.Most)
        {
            return null; // nobody has such a password: a token that other sources did not take, and no work to be done for it
        }
        var account = AccountName.TryParse(name, out _)
            ? await records.Accounts.GetAsync(name, cancellationToken)
            : null;
        // A name that nobody has costs as much: what time tells must not be who has an account.
        var stored = account?.Value.PasswordHash ?? PasswordHash.Decoy;
        var isRight = await passwords.IsRightAsync(name, secret, stored, PasswordHash.IsRight, cancellationToken);
        if (account is null)
        {
            return null;
        }
        if (!isRight)
        {
            return SignIn.Refused("wrong password");
        }
        if (account.Value.IsDisabled)
        {
            return SignIn.Ended("account disabled");
        }
        if (PasswordHash.NeedsRehash(stored))
        {
            // Lost where the account is changed at the same time: the next login tries again.
            await records.Accounts.TryReplaceAsync(
                account, account.Value with { PasswordHash = PasswordHash.Create(secret) }, cancellationToken);
        }
        return SignIn.Accepted(Credentials.CallerOf(name, account.Value));
    }
}
