using Berth.Auth;
using Berth.Identity;
using Berth.Tests.Auth;
using Berth.TestTools;
using Microsoft.Extensions.Logging;

namespace Berth.Tests.Identity;

public sealed class HtpasswdFileTests : IDisposable
{
    private static readonly string AliceHash = BcryptHash.Create("alice's", 4);
    private static readonly string BobHash = BcryptHash.Create("bob's", 5);
    private static readonly string LongHash = BcryptHash.Create(new string('x', 72), 4);

    private readonly SetTime _time = new();
    private readonly RecordingLogger _log = new();
    private readonly TemporaryFolder _folder = TemporaryFolder.Create();

    private string FilePath => _folder.At("users");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Each_user_has_a_password()
    {
        var file = Open($"# people\nalice:{AliceHash}\n\nbob:{BobHash}\n");

        var alice = Assert.IsType<SignIn>(await file.SignInAsync("alice", "alice's", default)).Caller!;
        Assert.Equal("user:htpasswd:alice", alice.Principal.Id);
        Assert.Null(alice.Limits);
        Assert.Equal("bob", (await file.SignInAsync("bob", "bob's", default))!.Caller!.Principal.Name);
        Assert.Null((await file.SignInAsync("alice", "bob's", default))!.Caller);
        Assert.Equal("wrong password", (await file.SignInAsync("bob", "", default))!.Reason);
        Assert.Null(await file.SignInAsync("Alice", "alice's", default));
        Assert.Null(await file.SignInAsync("nobody", "", default));
        Assert.Null(await file.SignInAsync("", "", default));
        Assert.Null(await file.SignInAsync("# people", "", default));
    }

    [Fact]
    public async Task Over_72_bytes_is_refused_though_bcrypt_would_not_see_the_rest()
    {
        var file = Open($"alice:{LongHash}\n");

        Assert.NotNull((await file.SignInAsync("alice", new string('x', 72), default))!.Caller);
        Assert.Null((await file.SignInAsync("alice", new string('x', 73), default))!.Caller);
        Assert.Null(await file.SignInAsync("nobody", new string('x', 73), default));
    }

    [Fact]
    public async Task A_NUL_does_not_begin_the_password_anew()
    {
        var file = Open($"alice:{AliceHash}\n");

        Assert.Null((await file.SignInAsync("alice", "alice's\0alice's", default))!.Caller);
    }

    [Theory]
    [InlineData("alice:plain\n", "line 1: ")]
    [InlineData("\n\nalice\n", "line 3: ")]
    public void A_file_that_is_wrong_is_not_opened(string content, string problem)
    {
        var exception = Assert.Throws<HtpasswdException>(() => Open(content));
        Assert.StartsWith(problem, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_missing_or_no_file_is_not_opened()
    {
        Assert.Contains(FilePath, Assert.Throws<HtpasswdException>(Open).Message, StringComparison.Ordinal);
        _folder.Add("users");
        Assert.Throws<HtpasswdException>(Open);
    }

    [Fact]
    public async Task A_change_counts_within_a_second_and_a_changed_password_at_once_then()
    {
        var file = Open($"alice:{AliceHash}\nbob:{BobHash}\n");
        Assert.NotNull((await file.SignInAsync("alice", "alice's", default))!.Caller);
        // Of the same length, and at the same time as before.
        var written = File.GetLastWriteTimeUtc(FilePath);
        File.WriteAllText(FilePath, $"alice:{LongHash}\nbob:{BobHash}\n");
        File.SetLastWriteTimeUtc(FilePath, written);

        _time.Pass(TimeSpan.FromSeconds(0.9));
        Assert.NotNull((await file.SignInAsync("alice", "alice's", default))!.Caller);
        _time.Pass(TimeSpan.FromSeconds(0.1));
        Assert.Null((await file.SignInAsync("alice", "alice's", default))!.Caller);
        Assert.NotNull((await file.SignInAsync("alice", new string('x', 72), default))!.Caller);
        Assert.Single(_log.Lines);
    }

    [Fact]
    public async Task Who_is_deleted_is_unknown_and_a_file_without_users_has_none()
    {
        var file = Open($"alice:{AliceHash}\nbob:{BobHash}\n");
        Replace($"bob:{BobHash}\n");
        Assert.Null(await file.SignInAsync("alice", "alice's", default));
        Replace("");
        Assert.Null(await file.SignInAsync("bob", "bob's", default));
    }

    [Fact]
    public async Task A_mounted_secret_is_followed_to_where_its_link_points()
    {
        // As Kubernetes does: users -> ..data/users, and ..data -> a folder that is exchanged as a whole.
        WriteVersion("v1", $"alice:{AliceHash}\n");
        Directory.CreateSymbolicLink(_folder.At("..data"), _folder.At("v1"));
        File.CreateSymbolicLink(FilePath, Path.Join("..data", "users"));
        var file = Open();
        Assert.NotNull((await file.SignInAsync("alice", "alice's", default))!.Caller);

        WriteVersion("v2", $"bob:{BobHash}\n");
        Directory.Delete(_folder.At("..data"));
        Directory.CreateSymbolicLink(_folder.At("..data"), _folder.At("v2"));
        _time.Pass(TimeSpan.FromSeconds(1));

        Assert.Null(await file.SignInAsync("alice", "alice's", default));
        Assert.NotNull((await file.SignInAsync("bob", "bob's", default))!.Caller);
    }

    [Fact]
    public async Task A_bad_file_keeps_the_users_of_before_and_is_logged_once()
    {
        var file = Open($"alice:{AliceHash}\n");
        Replace($"bob:{BobHash}\nalice:$apr1$Q1HkzEDH$Lf8e9bFGV1NIBwHJ8CpwS.\n");
        for (var i = 0; i < 3; i++)
        {
            _time.Pass(TimeSpan.FromSeconds(1));
            Assert.NotNull((await file.SignInAsync("alice", "alice's", default))!.Caller);
            Assert.Null(await file.SignInAsync("bob", "bob's", default));
        }

        var line = Assert.Single(_log.Lines);
        Assert.Equal(LogLevel.Error, line.Level);
        Assert.Contains("line 2: ", line.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("apr1", line.Text, StringComparison.Ordinal);

        Replace($"bob:{BobHash}\n");
        Assert.NotNull((await file.SignInAsync("bob", "bob's", default))!.Caller);
        Assert.Equal(2, _log.Lines.Count);
    }

    [Fact]
    public async Task A_file_that_is_gone_keeps_the_users_of_before_and_is_logged_once()
    {
        var file = Open($"alice:{AliceHash}\n");
        File.Delete(FilePath);
        for (var i = 0; i < 3; i++)
        {
            _time.Pass(TimeSpan.FromSeconds(1));
            Assert.NotNull((await file.SignInAsync("alice", "alice's", default))!.Caller);
        }
        Assert.Single(_log.Lines);

        Replace($"bob:{BobHash}\n");
        Assert.NotNull((await file.SignInAsync("bob", "bob's", default))!.Caller);
    }

    [Fact]
    public async Task A_clock_that_is_set_back_does_not_keep_it_from_looking()
    {
        var file = Open($"alice:{AliceHash}\n");
        _time.Pass(-TimeSpan.FromDays(1));
        File.WriteAllText(FilePath, $"bob:{BobHash}\n");

        Assert.NotNull((await file.SignInAsync("bob", "bob's", default))!.Caller);
    }

    private HtpasswdFile Open(string content)
    {
        File.WriteAllText(FilePath, content);
        return Open();
    }

    private HtpasswdFile Open() =>
        HtpasswdFile.Open(new() { Path = FilePath }, new PasswordVerification(new(), _time), _time, _log);

    private void Replace(string content)
    {
        File.WriteAllText(FilePath, content);
        _time.Pass(TimeSpan.FromSeconds(1));
    }

    private void WriteVersion(string version, string content)
    {
        _folder.Add(version);
        File.WriteAllText(Path.Join(_folder.At(version), "users"), content);
    }
}
