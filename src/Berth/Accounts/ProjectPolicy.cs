using Berth.Auth;
using Berth.Content;

namespace Berth.Accounts;

/// <summary>What principals may do by their roles in projects.</summary>
internal sealed class ProjectPolicy(AccountRecords records, TimeProvider time) : IAccessPolicy
{
    public bool NeedsLogin => true;

    public async Task<IProjectRules> ReadAsync(ProjectName project, CancellationToken cancellationToken) =>
        await ReadProjectAsync(project, cancellationToken);

    /// <summary>As <see cref="ReadAsync"/>, with what the management API asks besides.</summary>
    public async Task<ProjectRules> ReadProjectAsync(ProjectName project, CancellationToken cancellationToken) =>
        new(this, project, (await records.Projects.GetAsync(project.ToString(), cancellationToken))?.Value);

    /// <summary>Makes a project, unless there is one.</summary>
    /// <returns><see langword="false"/> where there is one.</returns>
    public async Task<bool> TryCreateAsync(
        ProjectName project, Visibility visibility, Principal founder, CancellationToken cancellationToken)
    {
        var owner = MemberKinds.Of(founder) ?? throw new ArgumentException("only people make projects", nameof(founder));
        var value = new ProjectRecord
        {
            Id = Secret.NewId(),
            Visibility = visibility,
            Created = time.GetUtcNow(),
            Members = [new(owner, founder.Name, founder.Identity, Role.Owner)],
        };
        await records.Index.AddMemberAsync(project.ToString(), value.Members[0], cancellationToken);
        if (visibility == Visibility.Public)
        {
            await records.Index.AddPublicAsync(project.ToString(), cancellationToken);
        }
        return await records.Projects.TryCreateAsync(project.ToString(), value, cancellationToken);
    }
}
