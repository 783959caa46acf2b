using Berth.Accounts;
using Berth.Errors;

namespace Berth.Endpoints.Api;

/// <summary><c>/api/v1/user/tokens</c> and <c>/api/v1/user/tokens/{token}</c>: of the caller's own account.</summary>
internal sealed class PersonalTokens(AccountRecords records, TimeProvider time)
{
    /// <summary>GET.</summary>
    public async Task<RegistryError?> ListAsync(RegistryRequest request)
    {
        if (!ApiPage.TryRead(request, out var wanted, out var error))
        {
            return error;
        }
        if (Refuse(request) is { } refusal)
        {
            return refusal;
        }
        var account = await records.Accounts.GetAsync(NameOf(request), request.Aborted);
        var page = wanted.Of(account?.Value.Tokens ?? [], token => token.Id);
        wanted.WriteLink(request, page, token => token.Id);
        return await ApiAnswer.WriteAsync(
            request, new([.. page.Items.Select(token => Answer(token))]), ApiJson.Instance.TokenList);
    }

    /// <summary>POST: 201, with the secret.</summary>
    public async Task<RegistryError?> CreateAsync(RegistryRequest request)
    {
        if (Refuse(request) is { } refusal)
        {
            return refusal;
        }
        var body = await ApiBody.ReadAsync(request, ApiJson.Instance.NewToken);
        if (!body.Is(out var wanted, out var error))
        {
            return error;
        }
        var now = time.GetUtcNow();
        if (CredentialTerms.OfToken(wanted, now, out var access) is { } problem)
        {
            return problem;
        }
        var (id, secret, text) = PersonalTokenSignIn.New();
        var token = new PersonalToken(
            id, wanted.Name, Secret.Hash(secret), access, wanted.Api, Created: now, wanted.Expires, LastUsed: null);
        RegistryError? conflict = null;
        var changed = await records.Accounts.UpdateAsync(
            NameOf(request),
            stored =>
            {
                conflict = stored.Value.Id != request.Rights.Caller.Principal.Identity
                    ? ApiError.NotFound("user", stored.Name)
                    : stored.Value.Tokens.Any(other => other.Name == token.Name)
                        ? ApiError.Conflict("there is a token of this name")
                        : stored.Value.Tokens.Count >= AccountRecord.MostTokens
                            ? ApiError.Conflict($"an account has at most {AccountRecord.MostTokens} tokens: revoke one first")
                            : null;
                return conflict is null ? stored.Value with { Tokens = [.. stored.Value.Tokens, token] } : stored.Value;
            },
            request.Aborted);
        return changed is null ? ApiError.NotFound("user", NameOf(request))
            : conflict ?? await ApiAnswer.WriteCreatedAsync(
                request, $"user/tokens/{id}", Answer(token, text), ApiJson.Instance.TokenAnswer);
    }

    /// <summary>DELETE: revoked at once, and the tokens got with it.</summary>
    public async Task<RegistryError?> DeleteAsync(RegistryRequest request)
    {
        if (Refuse(request) is { } refusal)
        {
            return refusal;
        }
        var wasThere = false;
        await records.Accounts.UpdateAsync(
            NameOf(request),
            stored =>
            {
                var others = stored.Value.Tokens.Where(token => token.Id != request.Token).ToList();
                wasThere = others.Count < stored.Value.Tokens.Count
                    && stored.Value.Id == request.Rights.Caller.Principal.Identity;
                return wasThere ? stored.Value with { Tokens = others } : stored.Value;
            },
            request.Aborted);
        return wasThere ? ApiAnswer.Done(request) : ApiError.NotFound("token", request.Token);
    }

    /// <summary>Whoever another issuer vouches for has no account here that could end with the tokens.</summary>
    private static RegistryError? Refuse(RegistryRequest request) =>
        MemberKinds.Of(request.Rights.Caller.Principal) == MemberKind.User
            ? null
            : RegistryError.Denied("personal tokens belong to accounts of this registry");

    private static string NameOf(RegistryRequest request) => request.Rights.Caller.Principal.Name;

    private static TokenAnswer Answer(PersonalToken token, string? secret = null) => new(
        token.Id, token.Name, token.Access, token.AllowsApi, token.Created, token.Expires, token.LastUsed, secret);
}
