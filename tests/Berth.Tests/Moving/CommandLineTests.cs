using Berth.Tests.Protocol;
using Xunit.Abstractions;

namespace Berth.Tests.Moving;

/// <summary>What the berth command says and returns.</summary>
public sealed class CommandLineTests(ITestOutputHelper output) : MoveTest(output)
{
    [Theory]
    [InlineData("import /a", "--to")]
    [InlineData("import /a --to b --to c", "one store")]
    [InlineData("import /a --to S3:Region=x", "one store")]
    [InlineData("import /a --to b --no-verify", "--adopt")]
    [InlineData("import /a --to b --repository UPPER", "lower-case|library/\\*")]
    [InlineData("import /a --to b --together 0", "1 to 64")]
    [InlineData("copy a", "Required argument")]
    [InlineData("copy a b --adopt", "--adopt")]
    public async Task A_command_line_that_makes_no_sense_is_refused(string line, string why)
    {
        var run = await RunAsync(line.Split(' '));

        Assert.Equal(1, run.Code);
        Assert.Matches(why, run.Error);
        Assert.Empty(Directory.GetFileSystemEntries(Folder.Path));
    }

    [Fact]
    public async Task Each_repository_has_a_line_and_all_together_one()
    {
        Docker.AddManifest("a", Docker.AddImage("a", Client.RandomBytes(2048)), "v1");
        Docker.AddManifest("b", Docker.AddImage("b"), "v1", "v2");

        var run = await ImportAsync();

        var lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        Assert.Contains(lines, line => line.StartsWith("a: 2 blobs copied (2.1 KiB), 1 manifest copied, 1 tag set", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.EndsWith("1 manifest copied, 2 tags set", StringComparison.Ordinal));
        Assert.StartsWith("2 repositories from ", lines[2], StringComparison.Ordinal);
        Assert.Contains("4 blobs copied", lines[2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("import s3://images/old --to store")]
    [InlineData("copy s3://images/old store")]
    public async Task A_source_that_does_not_answer_is_named(string line)
    {
        var run = await RunAsync(
            [.. line.Split(' '), "--from", "Endpoint=http://127.0.0.1:1"],
            ("Berth__Storage__S3__AccessKeyId", "id"), ("Berth__Storage__S3__SecretAccessKey", "c2VjcmV0"));

        Assert.Equal(1, run.Code);
        Assert.Matches(@"\Aberth: s3://images/old: .* at 127\.0\.0\.1:1 cannot be read: [^\n]+\s\z", run.Error);
        Assert.DoesNotContain("c2VjcmV0", run.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(Folder.Path));
    }

    [Theory]
    [InlineData("nowhere")]
    [InlineData(".")]
    public async Task A_folder_without_a_Docker_registry_is_refused(string source)
    {
        var run = await RunAsync(["import", source, "--to", "store"]);

        Assert.Equal(1, run.Code);
        Assert.Contains("there is no docker/registry/v2 in", run.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(Folder.Path));
    }
}
