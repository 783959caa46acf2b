using System.Net;
using System.Text.RegularExpressions;
using Berth.Storage;
using Berth.Stores;
using Berth.Tests.Protocol;

namespace Berth.Tests.Auth.Matrix;

/// <summary>Every caller with every request on every repository, with a password and with a token, against the oracle.</summary>
public sealed class AccessMatrixTests(MatrixRegistry fixture) : IClassFixture<MatrixRegistry>
{
    private static readonly string[] NoRepository = ["end-1", "catalog", "healthz", "readyz", "token"];

    public static TheoryData<string, string> Cells() => Cells(AccessOracle.Callers);

    public static TheoryData<string, string> CellsOfTheCurious() => Cells(AccessOracle.Callers.Except(AccessOracle.Costly));

    private static TheoryData<string, string> Cells(IEnumerable<string> callers)
    {
        var cells = new TheoryData<string, string>();
        foreach (var caller in callers)
        {
            foreach (var call in RegistryCall.All)
            {
                cells.Add(caller, call.Name);
            }
        }
        return cells;
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task A_caller_may_what_the_documentation_says_and_no_more(string caller, string callName)
    {
        var call = RegistryCall.All.Single(one => one.Name == callName);
        using var basic = fixture.Basic(caller);
        if (AccessOracle.Costly.Contains(caller))
        {
            await AssertAnswerAsync(basic, caller, call, "acme/app");
            await AssertAnswerAsync(basic, caller, call, "open/app");
            return;
        }
        foreach (var repository in MatrixRegistry.Existing.Concat(MatrixRegistry.Missing))
        {
            using var bearer = await fixture.BearerAsync(caller, Scope(call, repository));
            await AssertAnswerAsync(basic, caller, call, repository);
            await AssertAnswerAsync(bearer, caller, call, repository);
        }
    }

    [Theory]
    [MemberData(nameof(CellsOfTheCurious))]
    public async Task Who_may_not_pull_learns_nothing_of_what_is_there(string caller, string callName)
    {
        var call = RegistryCall.All.Single(one => one.Name == callName);
        using var http = fixture.Basic(caller);
        var hidden = MatrixRegistry.Existing.Concat(MatrixRegistry.Missing)
            .Where(repository => !AccessOracle.Allows(caller, repository, "pull"));
        var answers = new HashSet<string>();
        foreach (var repository in hidden)
        {
            using var answer = await SendAsync(http, call, repository);
            answers.Add(Regex.Replace(
                $"{(int)answer.StatusCode} {answer.Headers.WwwAuthenticate} {await answer.Content.ReadAsStringAsync()}",
                Regex.Escape($"repository:{repository}:"), "repository:X:"));
        }
        Assert.True(answers.Count <= 1, string.Join('\n', answers));
    }

    [Fact]
    public void The_matrix_has_every_route_that_names_a_repository()
    {
        var storage = RegistryStorage.Over(new MemoryObjects(), new MemoryRecords());
        using var buffers = new UploadBuffers(24 * 1024 * 1024, 1);
        var uploads = new UploadStore(storage.Records, storage.Objects, buffers, new(TimeProvider.System, TimeSpan.FromDays(1)));
        var routes = RouteTable.Create(new RegistryOptions(), storage, uploads, TimeProvider.System)
            .Where(route => route.Pattern.StartsWith("/v2/", StringComparison.Ordinal) && !NoRepository.Contains(route.Id))
            .SelectMany(route => route.Methods.Select(method => $"{route.Id} {method}"));

        Assert.Empty(routes.Except(RegistryCall.All.Select(call => $"{call.Route} {call.Method}")));
    }

    private static string Scope(RegistryCall call, string repository) => $"repository:{repository}:{call.Scope}";

    private async Task AssertAnswerAsync(HttpClient http, string caller, RegistryCall call, string repository)
    {
        var what = $"{caller} {call.Name} {repository} with {http.DefaultRequestHeaders.Authorization?.Scheme}";
        using var answer = await SendAsync(http, call, repository);
        if (!AccessOracle.Allows(caller, repository, call.Action))
        {
            Assert.True(answer.StatusCode == HttpStatusCode.Unauthorized, $"{what}: {(int)answer.StatusCode}");
            Assert.Contains($"scope=\"{Scope(call, repository)}\"", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("Docker-Content-Digest", answer.Headers.Select(header => header.Key));
            return;
        }
        var expected = MatrixRegistry.Existing.Contains(repository) ? call.There : call.Missing;
        if (call.Path.Contains("mount=", StringComparison.Ordinal))
        {
            // A token for the target alone lets nobody read the source.
            var reads = AccessOracle.Allows(caller, "acme/app", "pull")
                && (http.DefaultRequestHeaders.Authorization?.Scheme == "Basic" || repository == "acme/app");
            expected = reads ? 201 : 202;
        }
        Assert.True((int)answer.StatusCode == expected, $"{what}: {(int)answer.StatusCode}, not {expected}");
    }

    private async Task<HttpResponseMessage> SendAsync(HttpClient http, RegistryCall call, string repository)
    {
        var path = call.Path
            .Replace("{blob}", fixture.BlobDigest, StringComparison.Ordinal)
            .Replace("{shared}", fixture.SharedDigest, StringComparison.Ordinal)
            .Replace("{manifest}", fixture.ManifestDigest, StringComparison.Ordinal)
            .Replace("{empty}", Client.Digest([]), StringComparison.Ordinal)
            .Replace("{upload}", Guid.NewGuid().ToString(), StringComparison.Ordinal);
        return await new Client(http).SendAsync(call.Method, $"/v2/{repository}/{path}", call.Method is "PUT" or "PATCH" ? [] : null);
    }
}
