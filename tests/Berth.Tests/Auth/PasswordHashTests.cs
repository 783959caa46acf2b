using System.Globalization;
using System.Security.Cryptography;
using Berth.Auth;

namespace Berth.Tests.Auth;

public sealed class PasswordHashTests
{
    [Theory]
    [InlineData("correct horse battery staple")]
    [InlineData("")]
    [InlineData("пароль 🔑")]
    public void A_hash_fits_its_password_alone(string password)
    {
        var stored = PasswordHash.Create(password);

        Assert.StartsWith("$pbkdf2-sha512$i=210000$", stored, StringComparison.Ordinal);
        Assert.True(PasswordHash.IsRight(password, stored));
        Assert.False(PasswordHash.IsRight(password + "x", stored));
        Assert.False(PasswordHash.IsRight(password + "\0", stored));
        Assert.False(PasswordHash.NeedsRehash(stored));
        Assert.NotEqual(stored, PasswordHash.Create(password));
    }

    [Fact]
    public void A_long_password_counts_to_its_last_letter()
    {
        var password = new string('x', 500);
        var stored = PasswordHash.Create(password);

        Assert.True(PasswordHash.IsRight(password, stored));
        Assert.False(PasswordHash.IsRight(password[..^1] + "y", stored));
    }

    [Fact]
    public void A_hash_of_a_lower_cost_is_still_right_and_asks_to_be_replaced()
    {
        var stored = Hash("secret", 1000);

        Assert.True(PasswordHash.IsRight("secret", stored));
        Assert.False(PasswordHash.IsRight("Secret", stored));
        Assert.True(PasswordHash.NeedsRehash(stored));
    }

    [Fact]
    public void No_password_fits_the_decoy() => Assert.False(PasswordHash.IsRight("", PasswordHash.Decoy));

    [Fact]
    public void What_is_no_text_fits_nothing()
    {
        Assert.All(["\ud800", "secret\0"], password =>
        {
            Assert.False(PasswordHash.CanHash(password));
            Assert.Throws<ArgumentException>(() => PasswordHash.Create(password));
        });
        Assert.False(PasswordHash.IsRight("\ud800", PasswordHash.Create("")));
        Assert.False(PasswordHash.IsRight("\ud800", PasswordHash.Create("\ufffd")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("secret")]
    [InlineData("$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("$pbkdf2-sha512$i=0$AAAA$AAAA")]
    [InlineData("$pbkdf2-sha512$i=99999999$AAAA$AAAA")]
    [InlineData("$pbkdf2-sha512$i=1000$AAAA$AAAA")]
    [InlineData("$pbkdf2-sha512$i=1000$AAAA$")]
    public void A_stored_text_of_another_form_is_an_error_and_never_a_match(string stored) =>
        Assert.Throws<FormatException>(() => PasswordHash.IsRight("secret", stored));

    private static string Hash(string password, int iterations)
    {
        var salt = RandomNumberGenerator.GetBytes(16);
        var hash = Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, HashAlgorithmName.SHA512, 64);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"$pbkdf2-sha512$i={iterations}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}");
    }
}
