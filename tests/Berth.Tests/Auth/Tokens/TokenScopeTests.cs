using Berth.Auth;
using Berth.Auth.Tokens;

namespace Berth.Tests.Auth.Tokens;

/// <summary>Docker's scope grammar, as clients send it.</summary>
public sealed class TokenScopeTests
{
    [Theory]
    [InlineData("repository:team/app:pull", RepositoryActions.Pull)]
    [InlineData("repository:team/app:pull,push", RepositoryActions.Pull | RepositoryActions.Push)]
    [InlineData("repository:team/app:push,pull", RepositoryActions.Pull | RepositoryActions.Push)]
    [InlineData("repository:team/app:*", RepositoryActions.All)]
    [InlineData("repository:team/app:delete,fly", RepositoryActions.Delete)]
    [InlineData("repository(plugin):team/app:pull", RepositoryActions.Pull)]
    [InlineData("repository:team/app:pull repository:team/app:push", RepositoryActions.Pull | RepositoryActions.Push)]
    [InlineData("repository:team/app:", RepositoryActions.None)]
    [InlineData("repository:team/app:PULL", RepositoryActions.None)]
    public void A_scope_names_actions_on_a_repository(string text, RepositoryActions expected)
    {
        Assert.True(TokenScope.TryParse([text], out var scopes));

        var scope = Assert.Single(scopes);
        Assert.Equal("team/app", scope.Repository.ToString());
        Assert.Equal(expected, scope.Actions);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("   ")]
    [InlineData("repository")]
    [InlineData("repository:team/app")]
    [InlineData("repository:Team/App:pull")]
    [InlineData("repository:team/*:pull")]
    [InlineData("repository:*:pull")]
    [InlineData("repository:registry:5000/team/app:pull")]
    [InlineData("registry:catalog:read")]
    [InlineData("registry:other:*")]
    [InlineData("artifact:team/app:pull")]
    public void What_is_no_scope_of_ours_is_left_out(string? text)
    {
        Assert.True(TokenScope.TryParse([text], out var scopes));

        Assert.Empty(scopes);
    }

    [Fact]
    public void Several_parameters_and_several_in_one_are_the_same()
    {
        Assert.True(TokenScope.TryParse(["repository:a:pull", "registry:catalog:*"], out var two));
        Assert.True(TokenScope.TryParse(["repository:a:pull registry:catalog:*"], out var one));

        Assert.Equal(two, one);
        Assert.Equal([new(Parsed.Name("a"), RepositoryActions.Pull), new(null, RepositoryActions.None, AccessClaim.Catalog)], one);
    }

    [Fact]
    public void Too_many_or_too_long_are_refused()
    {
        var many = Enumerable.Range(0, TokenScope.Most + 1).Select(i => $"repository:a{i}:pull").ToList();

        Assert.False(TokenScope.TryParse(many, out _));
        Assert.False(TokenScope.TryParse([string.Join(' ', many)], out _));
        Assert.True(TokenScope.TryParse(many.Skip(1), out _));
        Assert.False(TokenScope.TryParse([$"repository:{new string('a', 400)}:pull"], out _));
    }
}
