using Berth.TestTools.ObjectServer;

namespace Berth.Storage.Tests.ObjectServer;

/// <summary>
/// The examples of Aliyun's own: of version 1 those of its documentation, of version 4 those that all of its SDKs are tested
/// with. Each has a signature that is not ours.
/// </summary>
public sealed class OssSignatureTests
{
    private const string Secret = "OtxrzxIsfpFjA7SwPzILwy8Bw21TLhquhboDYROV";
    private const string Resource = "/bucket/1234+-/123/1.txt";

    private static readonly (string, string)[] Query =
    [
        ("param1", "value1"), ("+param1", "value3"), ("|param1", "value4"), ("+param2", ""), ("|param2", ""), ("param2", ""),
    ];

    private static readonly (string, string)[] Headers =
    [
        ("x-oss-head1", "value"), ("abc", "value"), ("ZAbc", "value"), ("XYZ", "value"), ("content-type", "text/plain"),
        ("x-oss-content-sha256", "UNSIGNED-PAYLOAD"),
    ];

    [Fact]
    public void Version_1_in_the_header() => Assert.Equal(
        "26NBxoKdsyly4EDv6inkoDft/yA=",
        OssSignature.SignV1(Secret, OssSignature.StringToSignV1(
            "PUT", "Thu, 17 Nov 2005 18:49:58 GMT", "/oss-example/nelson", [],
            [
                ("Content-Md5", "ODBGOERFMDMzQTczRUY3NUE3NzA5QzdFNUYzMDQxNEM="), ("Content-Type", "text/html"),
                ("Date", "Thu, 17 Nov 2005 18:49:58 GMT"), ("Host", "oss-example.oss-cn-hangzhou.aliyuncs.com"),
                ("X-OSS-Meta-Author", "foo@bar.com"), ("X-OSS-Magic", "abracadabra"),
            ])));

    [Fact]
    public void Version_1_in_the_query() => Assert.Equal(
        "EwaNTn1erJGkimiJ9WmXgwnANLc=",
        OssSignature.SignV1(
            Secret, OssSignature.StringToSignV1("GET", "1141889120", "/oss-example/oss-api.pdf", [("unsigned", "1")], [])));

    [Theory]
    [InlineData("20231216T162057Z", null, "", "e21d18daa82167720f9b1047ae7e7f1ce7cb77a31e8203a7d5f4624fa0284afe")]
    [InlineData("20231217T034736Z", "token", "", "b94a3f999cf85bcdc00d332fbd3734ba03e48382c36fa4d5af5df817395bd9ea")]
    [InlineData("20231216T172512Z", null, "abc;zabc", "4a4183c187c07c8947db7620deb0a6b38d9fbdd34187b6dbaccb316fa251212f")]
    public void Version_4_in_the_header(string timestamp, string? token, string additional, string expected)
    {
        var headers = Headers.Append(("x-oss-date", timestamp));
        if (token is not null)
        {
            headers = headers.Append(("x-oss-security-token", token));
        }

        AssertSignature(expected, timestamp, Query, headers, additional.Split(';', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void Version_4_in_the_query()
    {
        const string Timestamp = "20231217T025437Z";
        AssertSignature(
            "a39966c61718be0d5b14e668088b3fa07601033f6518ac7b523100014269c0fe", Timestamp,
            [
                .. Query, ("x-oss-signature-version", "OSS4-HMAC-SHA256"), ("x-oss-date", Timestamp), ("x-oss-expires", "599"),
                ("x-oss-credential", "ak/20231217/cn-hangzhou/oss/aliyun_v4_request"),
            ],
            [
                ("x-oss-head1", "value"), ("abc", "value"), ("ZAbc", "value"), ("XYZ", "value"),
                ("content-type", "application/octet-stream"),
            ],
            []);
    }

    private static void AssertSignature(
        string expected,
        string timestamp,
        IEnumerable<(string Name, string Value)> query,
        IEnumerable<(string Name, string Value)> headers,
        string[] additional)
    {
        var date = timestamp[..8];
        var stringToSign = OssSignature.StringToSign(
            timestamp, $"{date}/cn-hangzhou/oss/aliyun_v4_request",
            OssSignature.CanonicalRequest("PUT", Resource, query, headers, additional));
        Assert.Equal(expected, OssSignature.SignV4("sk", date, "cn-hangzhou", stringToSign));
    }
}
