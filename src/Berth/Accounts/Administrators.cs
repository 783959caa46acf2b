using Berth.Auth;
using Berth.Content;
using Berth.Storage;

namespace Berth.Accounts;

/// <summary>Who administers the registry: how the first comes to be, and that the last stays.</summary>
/// <remarks>
/// What a request asks is in the account's own record. The setup record lists the same names: an account is made an
/// administrator before it is listed, and is not listed any more before it is made none. So there is always one as long as the
/// list is not empty.
/// </remarks>
internal sealed class Administrators(AccountRecords records, TimeProvider time)
{
    /// <summary>Every instance that starts prints a code of its own; so many of the newest are good.</summary>
    private const int MostCodes = 10;

    private const int MostTries = 20;

    /// <summary>Sees to it that there is an administrator, or can be one.</summary>
    /// <returns>A one-time code that makes the first administrator; <see langword="null"/> where there is one.</returns>
    public async Task<string?> PrepareAsync(AccountOptions options, CancellationToken cancellationToken)
    {
        if (await AnyAsync(cancellationToken))
        {
            return null;
        }
        if (options is { Administrator: { } name, AdministratorPassword: { } password })
        {
            await MakeAsync(name, password, cancellationToken);
            return null;
        }
        var code = Secret.New();
        var hash = Secret.Hash(code);
        await ChangeAsync(
            setup => setup with { CodeHashes = [.. setup.CodeHashes.TakeLast(MostCodes - 1), hash] }, cancellationToken);
        return code;
    }

    /// <summary>Makes the first administrator of whoever has a code.</summary>
    /// <returns>What came of it.</returns>
    public async Task<SetupResult> SetUpAsync(
        string code, string name, string password, CancellationToken cancellationToken)
    {
        var setup = await records.Setup.GetAsync(AccountRecords.SetupName, cancellationToken);
        var isRight = false;
        foreach (var hash in setup?.Value.CodeHashes ?? [])
        {
            isRight |= Secret.IsRight(code, hash);
        }
        if (setup is null || !isRight)
        {
            return SetupResult.WrongCode;
        }
        var account = AccountRecord.New(PasswordHash.Create(password), time.GetUtcNow()) with { IsAdministrator = true };
        if (!await records.Accounts.TryCreateAsync(name, account, cancellationToken))
        {
            return SetupResult.NameTaken;
        }
        if (await records.Setup.TryReplaceAsync(setup, new() { Administrators = [name] }, cancellationToken))
        {
            return SetupResult.Done;
        }
        // The code was used, or another printed, at the same time: what was made with it must not stay.
        if (await records.Accounts.GetAsync(name, cancellationToken) is { } made && made.Value.Id == account.Id)
        {
            await records.Accounts.TryDeleteAsync(made, cancellationToken);
        }
        return SetupResult.WrongCode;
    }

    /// <summary>Lists an account that is an administrator and not disabled.</summary>
    public Task AddAsync(string name, CancellationToken cancellationToken) => ChangeAsync(
        setup => new()
        {
            Administrators = setup.Administrators.Contains(name, StringComparer.Ordinal)
                ? setup.Administrators
                : [.. setup.Administrators, name],
        },
        cancellationToken);

    /// <summary>Lists an account no longer.</summary>
    /// <returns><see langword="false"/> where it is the last one, and stays.</returns>
    public async Task<bool> TryRemoveAsync(string name, CancellationToken cancellationToken)
    {
        var isLast = false;
        await ChangeAsync(
            setup =>
            {
                string[] others = [.. setup.Administrators.Where(other => other != name)];
                isLast = others.Length == 0;
                return isLast ? setup : setup with { Administrators = others };
            },
            cancellationToken);
        return !isLast;
    }

    private async Task<bool> AnyAsync(CancellationToken cancellationToken)
    {
        var setup = await records.Setup.GetAsync(AccountRecords.SetupName, cancellationToken);
        foreach (var name in setup?.Value.Administrators ?? [])
        {
            if ((await records.Accounts.GetAsync(name, cancellationToken))?.Value is
                { IsAdministrator: true, IsDisabled: false })
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>
    /// Makes the administrator that the settings name. An account that somebody else has made under the name is not theirs any
    /// more: it is replaced by a new one, which has nothing of its rights.
    /// </summary>
    private async Task MakeAsync(string name, string password, CancellationToken cancellationToken)
    {
        if (!AccountName.TryParse(name, out _) || !PasswordRule.Allows(name, password))
        {
            throw new ArgumentException(
                $"the first administrator's name has to be {AccountName.Grammar}, and {PasswordRule.Text}", nameof(name));
        }
        var account = AccountRecord.New(PasswordHash.Create(password), time.GetUtcNow()) with { IsAdministrator = true };
        for (var i = 0; i < MostTries; i++)
        {
            var taken = await records.Accounts.GetAsync(name, cancellationToken);
            if (taken is null
                ? await records.Accounts.TryCreateAsync(name, account, cancellationToken)
                : await records.Accounts.TryReplaceAsync(taken, account, cancellationToken))
            {
                await AddAsync(name, cancellationToken);
                return;
            }
        }
        throw new StorageException("the first administrator's account was changed by others again and again");
    }

    private async Task ChangeAsync(Func<SetupRecord, SetupRecord> change, CancellationToken cancellationToken)
    {
        if (await records.Setup.UpdateAsync(
            AccountRecords.SetupName, stored => change(stored.Value), cancellationToken) is null)
        {
            await records.Setup.TryCreateAsync(AccountRecords.SetupName, new(), cancellationToken);
            await records.Setup.UpdateAsync(AccountRecords.SetupName, stored => change(stored.Value), cancellationToken);
        }
    }
}

/// <summary>What came of making the first administrator.</summary>
internal enum SetupResult
{
    /// <summary>There is one.</summary>
    Done,

    /// <summary>The code is wrong, or there is an administrator already.</summary>
    WrongCode,

    /// <summary>There is an account of the name.</summary>
    NameTaken,
}
