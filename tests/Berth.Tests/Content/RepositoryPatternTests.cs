using Berth.Content;

namespace Berth.Tests.Content;

public sealed class RepositoryPatternTests
{
    [Theory]
    [InlineData("*", "a/b", true)]
    [InlineData("a", "a", true)]
    [InlineData("a", "a/b", false)]
    [InlineData("a", "ab", false)]
    [InlineData("a/*", "a/b", true)]
    [InlineData("a/*", "a/b/c", true)]
    [InlineData("a/*", "a", false)]
    [InlineData("a/*", "ab/c", false)]
    [InlineData("a/b/*", "a/b", false)]
    [InlineData("a/b/*", "a/c", false)]
    [InlineData("library/*", "library/b", true)]
    [InlineData("library/*", "alpine", true)]
    [InlineData("library", "alpine", false)]
    public void Includes_what_it_says(string text, string repository, bool expected)
    {
        Assert.True(RepositoryPattern.TryParse(text, out var pattern));
        Assert.True(RepositoryName.TryParse(repository, out var name));
        Assert.Equal(expected, pattern.Includes(name));
        Assert.Equal(text, pattern.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/*")]
    [InlineData("**")]
    [InlineData("A/*")]
    [InlineData("a*")]
    [InlineData("*/a")]
    [InlineData("a/*\n")]
    [InlineData("a/*/b")]
    public void Is_refused(string? text) => Assert.False(RepositoryPattern.TryParse(text, out _));
}
