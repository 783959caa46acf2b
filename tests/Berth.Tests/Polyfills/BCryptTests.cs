using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using BCrypt.Net;
using Berth.TestTools;
using Crypt = BCrypt.Net.BCrypt;

namespace Berth.Tests.Polyfills;

/// <summary>bcrypt, whichever implementation the build uses, against published examples and two others on this machine.</summary>
public sealed class BCryptTests
{
    private const string Salt = "$2b$05$abcdefghijklmnopqrstuu";

    public static TheoryData<string> Passwords =>
    [
        "", "a", "correct horse battery staple", "пароль", "🔑", "\u007f\u0080\u00ff",
        .. new[] { 1, 54, 55, 56, 71, 72 }.Select(length => new string('x', length)),
        new string('é', 36),
    ];

    /// <summary>Of OpenBSD's, jBCrypt's and crypt_blowfish's own tests.</summary>
    [Theory]
    [InlineData("", "$2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.")]
    [InlineData("", "$2a$08$HqWuK6/Ng6sg9gQzbLrgb.Tl.ZHfXLhvt/SgVyWhQqgqcZ7ZuUtye")]
    [InlineData("a", "$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe")]
    [InlineData("abc", "$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i")]
    [InlineData("abcdefghijklmnopqrstuvwxyz", "$2a$06$.rCVZVOThsIa97pEDOxvGuRRgzG64bvtJ0938xuqzv18d3ZpQhstC")]
    [InlineData("~!@#$%^&*()      ~!@#$%^&*()PNBFRD", "$2a$06$fPIsBO8qRqkjj273rfaOI.HtSV9jLDpTbZn782DC6/t7qT67P6FfO")]
    [InlineData("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("U*U*", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK")]
    [InlineData("U*U*U", "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a")]
    public void Published_examples_come_out(string password, string hash)
    {
        Assert.Equal(hash, Crypt.HashPassword(password, hash));
        Assert.NotEqual(hash, Crypt.HashPassword(password + " ", hash));
    }

    [Theory]
    [InlineData('a')]
    [InlineData('b')]
    [InlineData('y')]
    public void A_new_salt_is_random_and_of_the_cost_and_form_asked_for(char form)
    {
        var salt = Crypt.GenerateSalt(11, form);

        Assert.Matches($@"\A\$2{form}\$11\$[./A-Za-z0-9]{{22}}\z", salt);
        Assert.NotEqual(salt, Crypt.GenerateSalt(11, form));
        Assert.StartsWith(salt[..7] + "0", Crypt.HashPassword("x", salt[..7] + new string('0', 21) + "u"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("$1$abcdefgh$0123456789012345678901")]
    [InlineData("$2c$05$abcdefghijklmnopqrstuu")]
    public void Another_form_is_refused(string salt) =>
        Assert.Throws<SaltParseException>(() => Crypt.HashPassword("x", salt));

    [SkippableTheory]
    [MemberData(nameof(Passwords))]
    public void The_C_library_makes_the_same(string password)
    {
        Skip.IfNot(
            NativeLibrary.TryLoad("libcrypt.so.1", out var library) || NativeLibrary.TryLoad("libcrypt.so.2", out library),
            "there is no libcrypt");
        Skip.IfNot(NativeLibrary.TryGetExport(library, "crypt_r", out var address), "libcrypt has no crypt_r");
        var crypt = Marshal.GetDelegateForFunctionPointer<CryptR>(address);
        foreach (var form in "by")
        {
            var salt = Salt.Replace("2b", $"2{form}", StringComparison.Ordinal);
            var theirs = Marshal.PtrToStringUTF8(
                crypt(Encoding.UTF8.GetBytes(password + '\0'), Encoding.UTF8.GetBytes(salt + '\0'), new byte[256 * 1024]));
            Skip.If(theirs is null || theirs[0] == '*', "this libcrypt has no bcrypt");

            Assert.Equal(theirs, Crypt.HashPassword(password, salt));
        }
    }

    [SkippableTheory]
    [InlineData("secret", 5)]
    [InlineData("пароль", 6)]
    public async Task Htpasswd_makes_the_same(string password, int cost)
    {
        var path = ProgramPath.Find("htpasswd");
        Skip.If(path is null, "there is no htpasswd (Debian: apache2-utils)");
        var htpasswd = new ClientProgram(path, new Dictionary<string, string?>());
        var result = await htpasswd.RunAsync(
            "-nbB", "-C", cost.ToString(CultureInfo.InvariantCulture), "alice", password);

        var hash = Regex.Match(result.Output, @"\Aalice:(\$2y\$.{56})\s*\z").Groups[1].Value;
        Assert.NotEmpty(hash);
        Assert.Equal(hash, Crypt.HashPassword(password, hash));
        Assert.NotEqual(hash, Crypt.HashPassword(password + "x", hash));
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate nint CryptR(byte[] key, byte[] salt, byte[] data);
}
