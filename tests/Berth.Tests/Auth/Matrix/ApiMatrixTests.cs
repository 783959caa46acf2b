using System.Net.Http.Headers;
using System.Text;
using Berth.Auth;
using Berth.Storage;

namespace Berth.Tests.Auth.Matrix;

/// <summary>Every route of the management API by every caller, against a literal table: who passes, and who is told no.</summary>
/// <remarks>
/// What changes something is sent without a body, or with a version that nothing has: who may gets 400 or 412, and nothing changes.
/// </remarks>
public sealed class ApiMatrixTests(MatrixRegistry fixture) : IClassFixture<MatrixRegistry>
{
    private const string Members = "reader writer maintainer owner group-writer readers-api-token administrator";
    private const string Maintainers = "maintainer owner administrator";
    private const string Owners = "owner administrator";
    private const string People = "stranger reader writer maintainer owner group-writer other-writer administrator readers-api-token";

    /// <summary>
    /// Each route with a request of it and those who pass. Robots, and tokens that were not made for the API, only learn who they
    /// are.
    /// </summary>
    private static readonly Dictionary<string, (string Path, string Callers)> Table = new()
    {
        ["list-projects"] = ("projects", "anonymous " + People),
        ["create-project"] = ("projects", "administrator"),
        ["get-project"] = ("projects/acme", Members),
        ["change-project"] = ("projects/acme", Maintainers),
        ["delete-project"] = ("projects/acme", Owners),
        ["list-members"] = ("projects/acme/members", Members),
        ["put-member"] = ("projects/acme/members/user/stranger", Owners),
        ["list-robots"] = ("projects/acme/robots", Maintainers),
        ["create-robot"] = ("projects/acme/robots", Maintainers),
        ["get-robot"] = ("projects/acme/robots/pull-robot", Maintainers),
        ["list-project-audit"] = ("projects/acme/audit", Maintainers),
        ["list-audit"] = ("audit", "administrator"),
        ["list-users"] = ("users", "administrator"),
        ["create-user"] = ("users", "administrator"),
        ["get-user"] = ("users/reader", "reader readers-api-token administrator"),
        ["change-user"] = ("users/reader", "administrator"),
        ["delete-user"] = ("users/reader", "administrator"),
        ["set-password"] = ("users/reader/password", "reader readers-api-token administrator"),
        ["current-user"] = ("user", People + " pull-robot app-robot library-robot owners-pull-token readers-full-token"),
        ["list-tokens"] = ("user/tokens", People),
        ["create-token"] = ("user/tokens", People),
        ["list-groups"] = ("groups", "administrator"),
        ["create-group"] = ("groups", "administrator"),
        ["get-group"] = ("groups/writers", "administrator"),
        ["delete-group"] = ("groups/writers", "administrator"),
        ["list-group-members"] = ("groups/writers/members", "administrator"),
        ["join-group"] = ("groups/writers/members/group-writer", "administrator"),
    };

    /// <summary>Those whose request, if it passes, cannot help changing something: each has its own tests.</summary>
    private static readonly string[] Elsewhere =
        ["delete-member", "delete-robot", "rotate-robot", "delete-token", "leave-group", "setup", "openapi"];

    public static TheoryData<string> Routes() => [.. Table.Keys];

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task A_caller_passes_where_the_table_says_and_nowhere_else(string id)
    {
        var (path, callers) = Table[id];
        var route = AllRoutes().Single(one => one.Id == id);
        var wrong = new List<string>();
        foreach (var caller in AccessOracle.Callers.Append("readers-api-token"))
        {
            using var http = fixture.Basic(caller);
            using var request = new HttpRequestMessage(new(route.Methods.Single()), "/api/v1/" + path);
            if (request.Method != HttpMethod.Get && id != "join-group")
            {
                request.Content = new StringContent("{", Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
                request.Headers.IfMatch.Add(new("\"of-nothing\""));
            }
            using var answer = await http.SendAsync(request);
            var passes = (int)answer.StatusCode is not (401 or 403 or 404);
            var should = !AccessOracle.Rejected.Contains(caller) && callers.Split(' ').Contains(caller);
            if (passes != should)
            {
                wrong.Add($"{caller}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            }
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void The_table_has_every_route() => Assert.Equal(
        AllRoutes().Select(route => route.Id).Order(StringComparer.Ordinal),
        Table.Keys.Concat(Elsewhere).Order(StringComparer.Ordinal));

    private static Route[] AllRoutes()
    {
        var records = new MemoryRecords();
        return ApiRouteTable.Create(
            new AccountOptions(), new(records), new(records, TimeProvider.System), new(records),
            new PasswordVerification(new(), TimeProvider.System), TimeProvider.System);
    }
}
