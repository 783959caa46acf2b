using Berth.Auth;
using Berth.Auth.Tokens;
using Berth.Guarantees.Tests.Model;
using Berth.Storage.Azure;
using Berth.Storage.Oss;
using Berth.Storage.S3;

namespace Berth.Guarantees.Tests.Fuzz;

/// <summary>What chance has found, kept.</summary>
public sealed class FoundTests
{
    /// <summary>Bytes that are no UTF-8 and half a surrogate pair: the parser of JSON takes both, and throws when they are read.</summary>
    public static TheoryData<string> UnreadableTokens =>
    [
        Token([.. "{\"alg\":\"none"u8, 0xFF, 0xFF, .. "\"}"u8]),
        Token("{\"alg\":\"ES256\",\"kid\":\"\\ud800\"}"u8),
        Token("{\"alg\":\"ES256\",\"\\udc00\":1}"u8),
        Token("{\"alg\":\"ES256\",\"jwk\":[{\"x\":\"\\ud800\"}]}"u8),
    ];

    [Theory]
    [MemberData(nameof(UnreadableTokens))]
    public async Task A_token_with_a_string_that_is_no_text_is_refused(string token)
    {
        Assert.False(CompactJwt.TryParse(token, out _));
        using var registry = await RequestFuzzTests.StartAsync(AuthMode.Accounts);
        var answer = await Exchange.RunAsync(
            registry, new("GET", "/v2/library/it/tags/list") { Headers = [("Authorization", "Bearer " + token)] });
        Assert.Equal(401, answer.Status);
    }

    /// <summary>A foreign object whose name would be too long a name for the key that it stands for: listings threw.</summary>
    [Theory]
    [InlineData('[')]
    [InlineData(' ')]
    [InlineData('é')]
    public void A_foreign_name_is_no_key_or_one_that_is_written_so(char character)
    {
        var name = new string(character, 1000);
        Assert.True(BlobNames.Decode(name) is not { } blob || blob == name);
        Assert.True(new S3Names("").Decode(name) is not { } key || key == name);
        Assert.True(OssNames.Decode("", name) is not { } oss || oss == name);
    }

    /// <summary>
    /// An upload hashed along with one algorithm and finished with a digest of another, of a blob that was there: its own object
    /// is dropped, and the same request again looked for that.
    /// </summary>
    [Fact]
    public async Task A_repeated_request_does_not_need_an_object_that_was_dropped()
    {
        await using var place = await Place.OpenAsync("memory");
        string[] steps =
        [
            "StartUpload 0 0 0 17 15 0", "PushWhole 0 0 17 0 0 0", "Patch 0 0 0 0 0 0", "Finish 0 0 0 22 0 0",
            "RepeatFinish 0 0 0 0 0 0",
        ];
        Assert.Null(await Sequence.RunAsync(place, [.. steps.Select(Operation.Parse)]));
    }

    private static string Token(ReadOnlySpan<byte> header) => string.Join(
        '.', Base64(header), Base64("{\"exp\":1900000000}"u8), Base64("signature"u8));

    private static string Base64(ReadOnlySpan<byte> bytes) =>
        System.Buffers.Text.Base64Url.EncodeToString(bytes);
}
