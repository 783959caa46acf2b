using Berth.Accounts;
using Berth.Content;
using Berth.Errors;
using Berth.Storage;
using Berth.Stores;

namespace Berth.Endpoints.Api;

/// <summary><c>/api/v1/projects</c> and <c>/api/v1/projects/{project}</c>.</summary>
internal sealed class Projects(
    AccountRecords records, ProjectPolicy policy, Memberships memberships, RepositoryStore repositories)
{
    /// <summary>GET: those that the caller may see.</summary>
    public async Task<RegistryError?> ListAsync(RegistryRequest request)
    {
        if (!ApiPage.TryRead(request, out var wanted, out var error))
        {
            return error;
        }
        var page = await GatherAsync(request, wanted);
        wanted.WriteLink(request, page, project => project.Name);
        return await ApiAnswer.WriteAsync(request, new(page.Items), ApiJson.Instance.ProjectList);
    }

    /// <summary>POST: 201; 409 where there is one of the name, or repositories are that nobody but administrators may have.</summary>
    public async Task<RegistryError?> CreateAsync(RegistryRequest request)
    {
        var body = await ApiBody.ReadAsync(request, ApiJson.Instance.NewProject);
        if (!body.Is(out var wanted, out var error))
        {
            return error;
        }
        if (!AccountName.TryParse(wanted.Name, out _) || !ProjectName.TryParse(wanted.Name, out var name))
        {
            return ApiError.NameInvalid("project", wanted.Name, AccountName.Grammar);
        }
        var founder = request.Rights.Caller.Principal;
        // What a deleted project left, or was pushed before there were projects, is no gift to whoever takes the name.
        if (!founder.IsAdministrator && await repositories.AnyAsync(name, request.Aborted))
        {
            return ApiError.Conflict("there are repositories of this name: an administrator has to make the project");
        }
        if (!await policy.TryCreateAsync(name, wanted.Visibility, founder, request.Aborted))
        {
            return ApiError.Conflict("there is a project of this name");
        }
        var made = await records.Projects.GetAsync(wanted.Name, request.Aborted);
        return made is null
            ? ApiError.NotFound("project", wanted.Name)
            : await ApiAnswer.WriteCreatedAsync(
                request, $"projects/{name}", Answer(request, made), ApiJson.Instance.ProjectAnswer);
    }

    /// <summary>GET of one.</summary>
    public async Task<RegistryError?> GetAsync(RegistryRequest request)
    {
        if (await FindAsync(request) is not { } project)
        {
            return Unknown(request);
        }
        EntityTag.Write(request, project.Version);
        return await ApiAnswer.WriteAsync(request, Answer(request, project), ApiJson.Instance.ProjectAnswer);
    }

    /// <summary>PATCH: settings.</summary>
    public async Task<RegistryError?> ChangeAsync(RegistryRequest request)
    {
        var body = await ApiBody.ReadAsync(request, ApiJson.Instance.ProjectChange);
        if (!body.Is(out var wanted, out var error))
        {
            return error;
        }
        if (wanted.Visibility == Visibility.Public)
        {
            await records.Index.AddPublicAsync(request.Project.ToString()!, request.Aborted);
        }
        var isMeant = true;
        var changed = await records.Projects.UpdateAsync(
            request.Project.ToString()!,
            stored =>
            {
                isMeant = EntityTag.IsMeant(request, stored.Version);
                return isMeant && wanted.Visibility is { } visibility && visibility != stored.Value.Visibility
                    ? stored.Value with { Visibility = visibility }
                    : stored.Value;
            },
            request.Aborted);
        return changed is null ? Unknown(request)
            : !isMeant ? ApiError.Changed()
            : await ApiAnswer.WriteAsync(
                request, Answer(request, new(request.Project.ToString()!, changed, "")), ApiJson.Instance.ProjectAnswer);
    }

    /// <summary>DELETE: members and robots go, repositories stay for administrators alone.</summary>
    public async Task<RegistryError?> DeleteAsync(RegistryRequest request)
    {
        while (await FindAsync(request) is { } project)
        {
            if (!EntityTag.IsMeant(request, project.Version))
            {
                return ApiError.Changed();
            }
            if (await records.Projects.TryDeleteAsync(project, request.Aborted))
            {
                await memberships.ForgetRobotsAsync(request.Project!.Value, project.Value.Id, request.Aborted);
                return ApiAnswer.Done(request);
            }
        }
        return Unknown(request);
    }

    private async Task<Page<ProjectAnswer>> GatherAsync(RegistryRequest request, ApiPage wanted)
    {
        var (found, after) = (new List<ProjectAnswer>(), wanted.After);
        while (true)
        {
            var page = await records.Projects.ListAsync(after, Paging.StorePage, request.Aborted);
            foreach (var project in page.Items.Where(project => Rules(project).IsSeenBy(request.Rights.Caller.Principal)))
            {
                if (found.Count == wanted.Count)
                {
                    return new(found, More: true);
                }
                found.Add(Answer(request, project));
            }
            if (!page.More || page.Items.Count == 0)
            {
                return new(found, More: false);
            }
            after = page.Items[^1].Name;
        }
    }

    private ProjectAnswer Answer(RegistryRequest request, Stored<ProjectRecord> project) => new(
        project.Name, project.Value.Visibility, project.Value.Created,
        Rules(project).RoleOf(request.Rights.Caller.Principal));

    private ProjectRules Rules(Stored<ProjectRecord> project) =>
        ProjectName.TryParse(project.Name, out var name)
            ? new(policy, name, project.Value)
            : throw new InvalidDataException($"'{project.Name}' is listed as a project, and is no name of one");

    private Task<Stored<ProjectRecord>?> FindAsync(RegistryRequest request) =>
        records.Projects.GetAsync(request.Project.ToString()!, request.Aborted);

    private static RegistryError Unknown(RegistryRequest request) =>
        RegistryError.ProjectUnknown(request.Project!.Value);
}
