using System.Text;
using Berth.Identity;

namespace Berth.Tests.Identity;

public sealed class HtpasswdEntriesTests
{
    /// <summary>Of "U*U", in a published example.</summary>
    private const string Hash = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";

    [Fact]
    public void Lines_are_users_comments_or_empty()
    {
        var entries = Parse($"\ufeff# people\n\nalice:{Hash}\r\n  \nböb@example.com:{Hash.Replace("2a", "2y", StringComparison.Ordinal)}  \n#bob:x");

        Assert.Equal(["alice", "böb@example.com"], entries.Hashes.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(Hash, entries.Hashes["alice"]);
    }

    [Theory]
    [InlineData("alice:$apr1$Q1HkzEDH$Lf8e9bFGV1NIBwHJ8CpwS.")]
    [InlineData("alice:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=")]
    [InlineData("alice:$6$rounds=5000$salt$0123456789")]
    [InlineData("alice:rqXexS6ZhobKA")]
    [InlineData("alice:plain text")]
    [InlineData("alice:")]
    [InlineData("alice:$2x$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("alice:$2$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("alice:$2a$03$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("alice:$2a$18$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("alice:$2a$٠٥$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("alice:$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOe")]
    [InlineData("alice:$2a$05$CCCCCCCCCCCCCCCCCCCCCCE5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("alice:$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW:extra")]
    [InlineData("alice")]
    [InlineData(":$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData(" alice:$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("al\u0007ice:$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    public void Any_other_line_is_refused_by_its_number_and_not_repeated(string line)
    {
        var problem = Assert.Throws<HtpasswdException>(() => Parse($"# first\nbob:{Hash}\n{line}\ncarol:{Hash}\n")).Message;

        Assert.StartsWith("line 3: ", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("ice", problem, StringComparison.Ordinal);
        var secret = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..];
        Assert.True(secret.Length == 0 || !problem.Contains(secret, StringComparison.Ordinal), problem);
    }

    [Fact]
    public void A_user_twice_is_refused_with_both_lines() => Assert.Equal(
        "line 3: the user of line 1 again",
        Assert.Throws<HtpasswdException>(() => Parse($"alice:{Hash}\nAlice:{Hash}\nalice:{Hash}")).Message);

    [Fact]
    public void What_is_not_UTF_8_is_refused_by_its_line()
    {
        byte[] content = [.. Encoding.UTF8.GetBytes($"alice:{Hash}\nb"), 0xff, .. Encoding.UTF8.GetBytes($"b:{Hash}\n")];

        Assert.Equal("line 2: not UTF-8", Assert.Throws<HtpasswdException>(() => HtpasswdEntries.Parse(content)).Message);
    }

    [Fact]
    public void A_name_that_nobody_has_costs_as_much_as_the_dearest_hash()
    {
        var entries = Parse($"alice:{Hash}\nbob:{Hash.Replace("$05", "$07", StringComparison.Ordinal)}\n");

        Assert.Equal(7, BcryptHash.CostOf(entries.Decoy));
        Assert.Equal(7, entries.HighestCost);
        Assert.Equal(BcryptHash.DefaultCost, BcryptHash.CostOf(Parse("").Decoy));
    }

    [Fact]
    public void A_password_fits_its_own_hash_alone_whatever_the_highest_cost()
    {
        var hash = BcryptHash.Create("secret", 4);

        Assert.StartsWith("$2y$04$", hash, StringComparison.Ordinal);
        Assert.All([4, 6], highest =>
        {
            Assert.True(BcryptHash.IsRight("secret", hash, highest));
            Assert.False(BcryptHash.IsRight("Secret", hash, highest));
            Assert.False(BcryptHash.IsRight("", BcryptHash.Decoy(4), highest));
        });
    }

    [Theory]
    [InlineData(72, true)]
    [InlineData(73, false)]
    public void Over_72_bytes_cannot_be_hashed(int length, bool expected)
    {
        Assert.Equal(expected, BcryptHash.CanHash(new string('x', length), out _));
        Assert.Equal(expected, BcryptHash.CanHash(new string('é', length / 2) + new string('x', length % 2), out _));
    }

    /// <summary>A NUL begins the password anew; half a surrogate pair would be like any other.</summary>
    [Fact]
    public void What_bcrypt_would_take_for_another_cannot_be_hashed() => Assert.All(["secret\0secret", "\ud800"], password =>
    {
        Assert.False(BcryptHash.CanHash(password, out _));
        Assert.Throws<ArgumentException>(() => BcryptHash.Create(password, 4));
    });

    private static HtpasswdEntries Parse(string text) => HtpasswdEntries.Parse(Encoding.UTF8.GetBytes(text));
}
