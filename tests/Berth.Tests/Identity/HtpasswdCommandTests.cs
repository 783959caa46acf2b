using Berth.Cli;
using Berth.Identity;
using Berth.TestTools;

namespace Berth.Tests.Identity;

/// <summary>What <c>berth htpasswd</c> does to a file.</summary>
public sealed class HtpasswdCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = TemporaryFolder.Create();

    private string FilePath => _folder.At("users");

    private HtpasswdEntries Entries => HtpasswdEntries.Parse(File.ReadAllBytes(FilePath));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_user_is_added_to_a_file_that_only_its_owner_reads()
    {
        var (code, said) = await RunAsync("secret\nnot this\n", "users", "alice", "--cost", "5");

        Assert.Equal((ExitCode.Done, "added alice\n"), (code, said));
        Assert.Equal(5, BcryptHash.CostOf(Entries.Hashes["alice"]));
        Assert.True(BcryptHash.IsRight("secret", Entries.Hashes["alice"], 5));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
        }
    }

    [Fact]
    public async Task A_user_is_changed_and_all_else_stays()
    {
        await File.WriteAllTextAsync(FilePath, $"# people\nbob:{Hash("b")}\n\nböb:{Hash("ö")}\r\ncarol:{Hash("c")}");
        var before = await File.ReadAllLinesAsync(FilePath);

        var (code, said) = await RunAsync("secret", "users", "böb", "--cost", "4");

        Assert.Equal((ExitCode.Done, "changed böb\n"), (code, said));
        var after = await File.ReadAllLinesAsync(FilePath);
        Assert.Equal([.. before[..3], after[3], before[4]], after);
        Assert.True(BcryptHash.IsRight("secret", Entries.Hashes["böb"], 4));
        Assert.Equal(["users"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_user_is_deleted_once()
    {
        await File.WriteAllTextAsync(FilePath, $"alice:{Hash("a")}\nali:{Hash("b")}\n");

        Assert.Equal(ExitCode.Done, (await RunAsync("", "users", "ali", "--delete")).Code);
        Assert.Equal(["alice"], Entries.Hashes.Keys);
        Assert.Equal((ExitCode.Failed, $"berth: there is no user ali in {FilePath}\n"), await RunAsync("", "users", "ali", "--delete"));
    }

    [Fact]
    public async Task A_user_who_is_there_twice_is_there_once_after()
    {
        await File.WriteAllTextAsync(FilePath, $"alice:{Hash("a")}\nbob:{Hash("b")}\nalice:{Hash("c")}\n");

        Assert.Equal(ExitCode.Done, (await RunAsync("secret", "users", "alice", "--cost", "4")).Code);
        Assert.True(BcryptHash.IsRight("secret", Entries.Hashes["alice"], 4));
    }

    [Fact]
    public async Task A_file_that_the_registry_does_not_take_is_named_with_the_line()
    {
        await File.WriteAllTextAsync(FilePath, "bob:$apr1$Q1HkzEDH$Lf8e9bFGV1NIBwHJ8CpwS.\n");

        var (code, said) = await RunAsync("secret", "users", "alice", "--cost", "4");

        Assert.Equal(ExitCode.Done, code);
        Assert.Contains("line 1: ", said, StringComparison.Ordinal);
        Assert.DoesNotContain("apr1", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_stays_a_link_and_a_mode_a_mode()
    {
        var target = _folder.At("target");
        await File.WriteAllTextAsync(target, "");
        File.CreateSymbolicLink(FilePath, "target");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(target, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        }

        await RunAsync("secret", "users", "alice", "--cost", "4");

        Assert.Equal("target", new FileInfo(FilePath).LinkTarget);
        Assert.Equal(["alice"], Entries.Hashes.Keys);
        if (!OperatingSystem.IsWindows())
        {
            Assert.True(File.GetUnixFileMode(target).HasFlag(UnixFileMode.GroupRead));
        }
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "72 bytes")]
    public async Task A_password_that_bcrypt_does_not_keep_is_refused(string password, string why)
    {
        var (code, said) = await RunAsync(password, "users", "alice");

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains(why, said, StringComparison.Ordinal);
        Assert.False(File.Exists(FilePath));
    }

    [Theory]
    [InlineData("users", "al:ice")]
    [InlineData("users", "alice", "--cost", "3")]
    [InlineData("users", "alice", "--cost", "18")]
    [InlineData("users", "alice", "password")]
    [InlineData("users", "alice", "--password", "secret")]
    [InlineData("missing", "alice", "--delete")]
    [InlineData("missing/users", "alice")]
    public async Task What_makes_no_sense_is_refused(params string[] arguments)
    {
        Assert.Equal(ExitCode.Failed, (await RunAsync("secret", arguments)).Code);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Theory]
    [InlineData("secret", "secret", ExitCode.Done)]
    [InlineData("secret", "Secret", ExitCode.Failed)]
    public async Task A_person_is_asked_twice(string first, string second, int expected)
    {
        var isHidden = false;

        var (code, _) = await RunAsync($"{first}\n{second}\n", Hide, "users", "alice", "--cost", "4");

        Assert.Equal(expected, code);
        Assert.Equal(expected == ExitCode.Done, File.Exists(FilePath));
        Assert.True(isHidden);

        IDisposable Hide()
        {
            isHidden = true;
            return new MemoryStream();
        }
    }

    private static string Hash(string password) => BcryptHash.Create(password, 4);

    private Task<(int Code, string Said)> RunAsync(string standardInput, params string[] arguments) =>
        RunAsync(standardInput, hide: null, arguments);

    private async Task<(int Code, string Said)> RunAsync(
        string standardInput, Func<IDisposable>? hide, params string[] arguments)
    {
        using var said = new StringWriter { NewLine = "\n" };
        var input = new CliInput
        {
            Environment = new Dictionary<string, string>(),
            WorkingDirectory = _folder.Path,
            Input = new StringReader(standardInput),
            HideTyping = hide,
            Output = said,
            Error = said,
        };
        var code = await BerthCommand.RunAsync(["htpasswd", .. arguments], input, CancellationToken.None);
        return (code, said.ToString());
    }
}
