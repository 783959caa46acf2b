using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Berth.Auth;
using Berth.Storage;
using Berth.Stores;

namespace Berth.Accounts;

/// <summary>Which projects somebody may see, so that lists need not ask every project there is.</summary>
/// <remarks>
/// An index of what the projects' records say, and no more than a hint: a project is added before its record makes it visible,
/// and stays when it no longer is. Whoever reads it asks the record; a name too many costs one read.
/// </remarks>
internal sealed class ProjectIndex(IRecordStore records)
{
    private const string Everybody = "public";
    private const string Robot = "robot";

    /// <summary>A project is about to become public.</summary>
    public Task AddPublicAsync(string project, CancellationToken cancellationToken) =>
        AddAsync(Everybody, $"{project}/", cancellationToken);

    /// <summary>Somebody is about to become a member.</summary>
    public Task AddMemberAsync(string project, ProjectMember member, CancellationToken cancellationToken) =>
        AddAsync(Viewer(member.Kind.Text(), member.Id ?? member.Name), $"{project}/", cancellationToken);

    /// <summary>A robot is about to be made.</summary>
    public Task AddRobotAsync(string project, string projectId, CancellationToken cancellationToken) =>
        AddAsync(Viewer(Robot, projectId), $"{project}/", cancellationToken);

    /// <summary>
    /// What to look at for somebody who sees few projects, in the ordinal order of repositories' names: <c>project/</c> for the
    /// repositories below it, or a repository of one component.
    /// </summary>
    /// <param name="principal">Who looks: nobody who sees every project.</param>
    /// <param name="seesLibrary">Whether the repositories of one component count.</param>
    /// <param name="after">The name before the first.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async IAsyncEnumerable<string> ReadAsync(
        Principal principal, bool seesLibrary, string? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        List<string> viewers = [Everybody, .. Viewers(principal), .. seesLibrary ? [RecordLayout.Library] : Array.Empty<string>()];
        var last = after is null ? null : RecordLayout.Encode(after);
        while (true)
        {
            var from = last;
            var pages = await Task.WhenAll(viewers.Select(viewer => records.ListRowsAsync(
                RecordLayout.SeenProjects(viewer), from, StorageKey.MaximumPageLimit, cancellationToken)));
            // Further than the shortest page reaches, rows of the others may be missing.
            last = pages.Where(page => page is { More: true, Items.Count: > 0 }).Select(page => page.Items[^1])
                .Min(StringComparer.Ordinal);
            foreach (var row in pages.SelectMany(page => page.Items).Distinct().Order(StringComparer.Ordinal))
            {
                if (last is null || string.CompareOrdinal(row, last) <= 0)
                {
                    yield return RecordLayout.Decode(row);
                }
            }
            if (last is null)
            {
                yield break;
            }
        }
    }

    private static IEnumerable<string> Viewers(Principal principal)
    {
        if (principal is { Kind: PrincipalKind.Robot, Identity: { } project })
        {
            yield return Viewer(Robot, project);
        }
        if (MemberKinds.Of(principal) is not { } kind)
        {
            yield break;
        }
        yield return Viewer(kind.Text(), principal.Identity ?? principal.Name);
        foreach (var group in principal.Groups)
        {
            yield return Viewer(MemberKinds.GroupsOf(kind).Text(), group);
        }
    }

    /// <summary>Names that only others know hold any character, and a hash none that a store forbids.</summary>
    private static string Viewer(string kind, string id) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{kind}/{id}")), 0, 16);

    private Task AddAsync(string viewer, string name, CancellationToken cancellationToken) => records.EnsureAsync(
        new(RecordLayout.SeenProjects(viewer), RecordLayout.Encode(name)), ReadOnlyMemory<byte>.Empty, cancellationToken);
}
