using Berth.Accounts;
using Berth.Errors;

namespace Berth.Endpoints.Api;

/// <summary><c>POST /api/v1/setup</c>: makes the first administrator of whoever has the code that the registry printed.</summary>
internal sealed class Setup(AccountRecords records, Administrators administrators)
{
    public async Task<RegistryError?> HandleAsync(RegistryRequest request)
    {
        var body = await ApiBody.ReadAsync(request, ApiJson.Instance.FirstAdministrator);
        if (!body.Is(out var wanted, out var error))
        {
            return error;
        }
        if (Users.Check(wanted.Name, wanted.Password) is { } problem)
        {
            return problem;
        }
        var result = await administrators.SetUpAsync(wanted.Code, wanted.Name, wanted.Password, request.Aborted);
        if (result != SetupResult.Done)
        {
            return result == SetupResult.NameTaken
                ? ApiError.Conflict("there is a user of this name")
                : RegistryError.Denied("the code is wrong, or there is an administrator already");
        }
        var account = await records.Accounts.GetAsync(wanted.Name, request.Aborted);
        return account is null
            ? ApiError.NotFound("user", wanted.Name)
            : await ApiAnswer.WriteCreatedAsync(
                request, $"users/{wanted.Name}", Users.Answer(wanted.Name, account.Value), ApiJson.Instance.UserAnswer);
    }
}
