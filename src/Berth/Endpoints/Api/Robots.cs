using Berth.Accounts;
using Berth.Content;
using Berth.Errors;

namespace Berth.Endpoints.Api;

/// <summary><c>/api/v1/projects/{project}/robots</c>, <c>…/robots/{robot}</c> and <c>…/robots/{robot}/rotate</c>.</summary>
internal sealed class Robots(AccountRecords records, TimeProvider time)
{
    /// <summary>GET.</summary>
    public async Task<RegistryError?> ListAsync(RegistryRequest request)
    {
        if (!ApiPage.TryRead(request, out var wanted, out var error))
        {
            return error;
        }
        if (await FindProjectAsync(request) is not { } project)
        {
            return Unknown(request);
        }
        var page = await records.Robots(request.Project!.Value).ListAsync(wanted.After, wanted.Count, request.Aborted);
        wanted.WriteLink(request, page, robot => robot.Name);
        var live = page.Items.Where(robot => robot.Value.ProjectId == project.Id);
        return await ApiAnswer.WriteAsync(
            request, new([.. live.Select(robot => Answer(request, robot))]), ApiJson.Instance.RobotList);
    }

    /// <summary>POST: 201, with the secret; 409 where there is one of the name.</summary>
    public async Task<RegistryError?> CreateAsync(RegistryRequest request)
    {
        var body = await ApiBody.ReadAsync(request, ApiJson.Instance.NewRobot);
        if (!body.Is(out var wanted, out var error))
        {
            return error;
        }
        if (!AccountName.TryParse(wanted.Name, out _))
        {
            return ApiError.NameInvalid("robot", wanted.Name, AccountName.Grammar);
        }
        if (await FindProjectAsync(request) is not { } project)
        {
            return Unknown(request);
        }
        if (CredentialTerms.OfRobot(request.Project!.Value, wanted, time.GetUtcNow(), out var access) is { } problem)
        {
            return problem;
        }
        await records.Index.AddRobotAsync(request.Project.ToString()!, project.Id, request.Aborted);
        var (secret, text) = RobotSignIn.New();
        var robot = new RobotRecord
        {
            ProjectId = project.Id,
            CredentialId = Secret.NewId(),
            Hash = Secret.Hash(secret),
            Access = access,
            Created = time.GetUtcNow(),
            Expires = wanted.Expires,
        };
        return await TryCreateAsync(request, wanted.Name, robot)
            ? await ApiAnswer.WriteCreatedAsync(
                request, $"projects/{request.Project}/robots/{wanted.Name}",
                Answer(request, new(wanted.Name, robot, ""), text), ApiJson.Instance.RobotAnswer)
            : ApiError.Conflict("there is a robot of this name");
    }

    /// <summary>GET of one.</summary>
    public async Task<RegistryError?> GetAsync(RegistryRequest request) =>
        await FindAsync(request) is { } robot
            ? await ApiAnswer.WriteAsync(request, Answer(request, robot), ApiJson.Instance.RobotAnswer)
            : Missing(request);

    /// <summary>DELETE: tokens got with it end with it.</summary>
    public async Task<RegistryError?> DeleteAsync(RegistryRequest request)
    {
        while (await FindAsync(request) is { } robot)
        {
            if (await records.Robots(request.Project!.Value).TryDeleteAsync(robot, request.Aborted))
            {
                return ApiAnswer.Done(request);
            }
        }
        return Missing(request);
    }

    /// <summary>POST …/rotate: another secret; the one before, and tokens got with it, end at once.</summary>
    public async Task<RegistryError?> RotateAsync(RegistryRequest request)
    {
        if (await FindProjectAsync(request) is not { } project)
        {
            return Unknown(request);
        }
        var (secret, text) = RobotSignIn.New();
        var rotated = await records.Robots(request.Project!.Value).UpdateAsync(
            request.Robot.ToString(),
            stored => stored.Value.ProjectId == project.Id
                ? stored.Value with { CredentialId = Secret.NewId(), Hash = Secret.Hash(secret), LastUsed = null }
                : stored.Value,
            request.Aborted);
        return rotated is null || rotated.ProjectId != project.Id
            ? Missing(request)
            : await ApiAnswer.WriteAsync(
                request, Answer(request, new(request.Robot.ToString(), rotated, ""), text), ApiJson.Instance.RobotAnswer);
    }

    /// <summary>Creates a robot, in place of one of a former project of the name.</summary>
    private async Task<bool> TryCreateAsync(RegistryRequest request, string name, RobotRecord robot)
    {
        var robots = records.Robots(request.Project!.Value);
        return await robots.TryCreateAsync(name, robot, request.Aborted)
            || (await robots.GetAsync(name, request.Aborted) is { } other && other.Value.ProjectId != robot.ProjectId
                && await robots.TryReplaceAsync(other, robot, request.Aborted));
    }

    private async Task<ProjectRecord?> FindProjectAsync(RegistryRequest request) =>
        (await records.Projects.GetAsync(request.Project.ToString()!, request.Aborted))?.Value;

    private async Task<Stored<RobotRecord>?> FindAsync(RegistryRequest request) =>
        await FindProjectAsync(request) is { } project
        && await records.Robots(request.Project!.Value).GetAsync(request.Robot.ToString(), request.Aborted) is { } robot
        && robot.Value.ProjectId == project.Id
            ? robot
            : null;

    private static RobotAnswer Answer(RegistryRequest request, Stored<RobotRecord> robot, string? secret = null) => new(
        robot.Name, AccountName.TryParse(robot.Name, out var name) ? new RobotName(request.Project!.Value, name).Login : "",
        robot.Value.Access, robot.Value.Created, robot.Value.Expires, robot.Value.LastUsed, secret);

    private static RegistryError Unknown(RegistryRequest request) =>
        RegistryError.ProjectUnknown(request.Project!.Value);

    private static RegistryError Missing(RegistryRequest request) => ApiError.NotFound("robot", request.Robot.ToString());
}
