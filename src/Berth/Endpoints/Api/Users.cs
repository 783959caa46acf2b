using Berth.Accounts;
using Berth.Auth;
using Berth.Content;
using Berth.Errors;

namespace Berth.Endpoints.Api;

/// <summary><c>/api/v1/users</c>, <c>/api/v1/users/{user}</c> and <c>/api/v1/users/{user}/password</c>.</summary>
internal sealed class Users(
    AccountRecords records, Administrators administrators, Memberships memberships, PasswordVerification passwords,
    TimeProvider time)
{
    private const string LastOne = "the last administrator stays one: make another one first";

    /// <summary>An account as answers have it.</summary>
    public static UserAnswer Answer(string name, AccountRecord account) => new(
        name, account.IsAdministrator, account.IsDisabled, [.. account.Groups.Select(group => group.Name)], account.Created);

    /// <summary>What is wrong with a name and password for a new account.</summary>
    public static RegistryError? Check(string name, string password) =>
        !AccountName.TryParse(name, out _) ? ApiError.NameInvalid("user", name, AccountName.Grammar)
        : !PasswordRule.Allows(name, password) ? ApiError.Invalid(PasswordRule.Text)
        : null;

    /// <summary>GET.</summary>
    public async Task<RegistryError?> ListAsync(RegistryRequest request)
    {
        if (!ApiPage.TryRead(request, out var wanted, out var error))
        {
            return error;
        }
        var page = await records.Accounts.ListAsync(wanted.After, wanted.Count, request.Aborted);
        wanted.WriteLink(request, page, account => account.Name);
        return await ApiAnswer.WriteAsync(
            request, new([.. page.Items.Select(account => Answer(account.Name, account.Value))]), ApiJson.Instance.UserList);
    }

    /// <summary>POST: 201; 409 where there is one of the name.</summary>
    public async Task<RegistryError?> CreateAsync(RegistryRequest request)
    {
        var body = await ApiBody.ReadAsync(request, ApiJson.Instance.NewUser);
        if (!body.Is(out var wanted, out var error))
        {
            return error;
        }
        if (Check(wanted.Name, wanted.Password) is { } problem)
        {
            return problem;
        }
        if (wanted.IsAdministrator && !request.Rights.Caller.Principal.IsAdministrator)
        {
            return RegistryError.Denied("administrators alone make administrators");
        }
        var account = AccountRecord.New(PasswordHash.Create(wanted.Password), time.GetUtcNow()) with
        {
            IsAdministrator = wanted.IsAdministrator,
        };
        if (!await records.Accounts.TryCreateAsync(wanted.Name, account, request.Aborted))
        {
            return ApiError.Conflict("there is a user of this name");
        }
        if (account.IsAdministrator)
        {
            await administrators.AddAsync(wanted.Name, request.Aborted);
        }
        return await ApiAnswer.WriteCreatedAsync(
            request, $"users/{wanted.Name}", Answer(wanted.Name, account), ApiJson.Instance.UserAnswer);
    }

    /// <summary>GET of one.</summary>
    public async Task<RegistryError?> GetAsync(RegistryRequest request)
    {
        if (await records.Accounts.GetAsync(request.User.ToString(), request.Aborted) is not { } account)
        {
            return Unknown(request);
        }
        EntityTag.Write(request, account.Version);
        return await ApiAnswer.WriteAsync(request, Answer(account.Name, account.Value), ApiJson.Instance.UserAnswer);
    }

    /// <summary>PATCH: 409 where it would leave no administrator. Who is disabled loses his tokens at once.</summary>
    public async Task<RegistryError?> ChangeAsync(RegistryRequest request)
    {
        var body = await ApiBody.ReadAsync(request, ApiJson.Instance.UserChange);
        if (!body.Is(out var wanted, out var error))
        {
            return error;
        }
        var name = request.User.ToString();
        while (await records.Accounts.GetAsync(name, request.Aborted) is { } current)
        {
            if (!EntityTag.IsMeant(request, current.Version))
            {
                return ApiError.Changed();
            }
            var next = Apply(current.Value, wanted);
            if (IsActive(current.Value) && !IsActive(next) && !await administrators.TryRemoveAsync(name, request.Aborted))
            {
                return ApiError.Conflict(LastOne);
            }
            if (await records.Accounts.TryReplaceAsync(current, next, request.Aborted))
            {
                if (IsActive(next))
                {
                    await administrators.AddAsync(name, request.Aborted);
                }
                return await ApiAnswer.WriteAsync(request, Answer(name, next), ApiJson.Instance.UserAnswer);
            }
        }
        return Unknown(request);
    }

    /// <summary>DELETE: 409 for the last administrator.</summary>
    public async Task<RegistryError?> DeleteAsync(RegistryRequest request)
    {
        var name = request.User.ToString();
        if (await records.Accounts.GetAsync(name, request.Aborted) is not { } account)
        {
            return Unknown(request);
        }
        if (!EntityTag.IsMeant(request, account.Version))
        {
            return ApiError.Changed();
        }
        if (account.Value.IsAdministrator && !account.Value.IsDisabled
            && !await administrators.TryRemoveAsync(name, request.Aborted))
        {
            return ApiError.Conflict(LastOne);
        }
        await memberships.EndAccountAsync(name, account.Value.Id, request.Aborted);
        return ApiAnswer.Done(request);
    }

    /// <summary>PUT of the password: tokens got with the one before end.</summary>
    public async Task<RegistryError?> SetPasswordAsync(RegistryRequest request)
    {
        var body = await ApiBody.ReadAsync(request, ApiJson.Instance.NewPassword);
        if (!body.Is(out var wanted, out var error))
        {
            return error;
        }
        var name = request.User.ToString();
        if (Check(name, wanted.Password) is { } problem)
        {
            return problem;
        }
        if (await records.Accounts.GetAsync(name, request.Aborted) is not { } account)
        {
            return Unknown(request);
        }
        if (!request.Rights.Caller.Principal.IsAdministrator && !await passwords.IsRightAsync(
            name, wanted.OldPassword ?? "", account.Value.PasswordHash, PasswordHash.IsRight, request.Aborted))
        {
            return RegistryError.Denied("the old password is wrong");
        }
        var (id, old) = (account.Value.Id, account.Value.PasswordHash);
        var hash = PasswordHash.Create(wanted.Password);
        var changed = await records.Accounts.UpdateAsync(
            name,
            // The old password was right for this one: another that came meanwhile is not overwritten with it.
            stored => stored.Value.Id == id && stored.Value.PasswordHash == old ? stored.Value.WithPassword(hash) : stored.Value,
            request.Aborted);
        return changed is null || changed.Id != id ? Unknown(request)
            : changed.PasswordHash != hash ? ApiError.Conflict("the password was changed by somebody else meanwhile")
            : ApiAnswer.Done(request);
    }

    private static AccountRecord Apply(AccountRecord account, UserChange wanted)
    {
        var isDisabled = wanted.IsDisabled ?? account.IsDisabled;
        return account with
        {
            IsAdministrator = wanted.IsAdministrator ?? account.IsAdministrator,
            IsDisabled = isDisabled,
            CredentialId = isDisabled && !account.IsDisabled ? Secret.NewId() : account.CredentialId,
        };
    }

    private static bool IsActive(AccountRecord account) => account is { IsAdministrator: true, IsDisabled: false };

    private static RegistryError Unknown(RegistryRequest request) => ApiError.NotFound("user", request.User.ToString());
}
