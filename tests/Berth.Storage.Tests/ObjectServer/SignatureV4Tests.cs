using System.Text;
using Berth.TestTools.ObjectServer;

namespace Berth.Storage.Tests.ObjectServer;

/// <summary>
/// The examples that Amazon publishes beside the algorithm: docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html,
/// sigv4-query-string-auth.html, sigv4-streaming.html and sigv4-streaming-trailers.html. Each has a signature that is not ours.
/// </summary>
public sealed class SignatureV4Tests
{
    private const string Secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    private const string Timestamp = "20130524T000000Z";
    private const string Scope = "20130524/us-east-1/s3/aws4_request";
    private const string Host = "examplebucket.s3.amazonaws.com";
    private const string Empty = SignatureV4.EmptyHash;

    private static readonly byte[] Key = SignatureV4.SigningKey(Secret, "20130524", "us-east-1", "s3");
    private static readonly (string, string) Date = ("x-amz-date", Timestamp);

    [Fact]
    public void Get_of_an_object() => AssertSignature(
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        "GET", "/test.txt", [], [("host", Host), ("range", "bytes=0-9"), ("x-amz-content-sha256", Empty), Date], Empty);

    [Fact]
    public void Put_of_an_object_whose_name_is_encoded()
    {
        const string Hash = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072";
        Assert.Equal(Hash, SignatureV4.Hash("Welcome to Amazon S3."u8));
        AssertSignature(
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
            "PUT", "/test$file.text", [],
            [
                ("date", "Fri, 24 May 2013 00:00:00 GMT"), ("host", Host), ("x-amz-content-sha256", Hash), Date,
                ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
            ],
            Hash);
    }

    [Fact]
    public void Get_of_a_subresource_without_a_value() => AssertSignature(
        "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
        "GET", "/", [("lifecycle", "")], [("host", Host), ("x-amz-content-sha256", Empty), Date], Empty);

    [Fact]
    public void List_of_objects() => AssertSignature(
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        "GET", "/", [("prefix", "J"), ("max-keys", "2")], [("host", Host), ("x-amz-content-sha256", Empty), Date], Empty);

    [Fact]
    public void Signed_url() => AssertSignature(
        "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
        "GET", "/test.txt",
        [
            ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"), ("X-Amz-Credential", $"AKIAIOSFODNN7EXAMPLE/{Scope}"),
            ("X-Amz-Date", Timestamp), ("X-Amz-Expires", "86400"), ("X-Amz-SignedHeaders", "host"),
        ],
        [("host", Host)], "UNSIGNED-PAYLOAD");

    [Fact]
    public void Body_in_chunks()
    {
        const string Seed = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";
        AssertSignature(
            Seed, "PUT", "/examplebucket/chunkObject.txt", [],
            [
                ("content-encoding", "aws-chunked"), ("content-length", "66824"), ("host", "s3.amazonaws.com"),
                ("x-amz-content-sha256", AwsChunkedBody.Signed), Date, ("x-amz-decoded-content-length", "66560"),
                ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
            ],
            AwsChunkedBody.Signed);

        var (content, trailers) = Decode(Seed, AwsChunkedBody.Signed, Chunks);

        Assert.Equal(66560, content.Length);
        Assert.Empty(trailers);
        Assert.Equal(66824, Chunks.Length);
    }

    [Fact]
    public void Body_in_chunks_with_a_trailer()
    {
        const string Seed = "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e";
        AssertSignature(
            Seed, "PUT", "/examplebucket/chunkObject.txt", [],
            [
                ("content-encoding", "aws-chunked"), ("host", "s3.amazonaws.com"),
                ("x-amz-content-sha256", AwsChunkedBody.SignedWithTrailer), Date, ("x-amz-decoded-content-length", "66560"),
                ("x-amz-storage-class", "REDUCED_REDUNDANCY"), ("x-amz-trailer", "x-amz-checksum-crc32c"),
            ],
            AwsChunkedBody.SignedWithTrailer);

        var (content, trailers) = Decode(Seed, AwsChunkedBody.SignedWithTrailer, ChunksWithTrailer, "x-amz-checksum-crc32c");

        Assert.Equal(new('a', 66560), Encoding.ASCII.GetString(content.Span));
        Assert.Equal("sOO8/Q==", Assert.Single(trailers).Value);
        Assert.Equal("sOO8/Q==", ChecksumAlgorithm.Named("CRC32C")!.Compute([content]));
    }

    public static TheoryData<string, string> Spoilt => new()
    {
        // What is replaced, once; by what.
        { "aaaa", "aaab" },
        { "10000;", "0ffff;" },
        { "b474d886", "a474d886" },
        { "2ca2aba2", "3ca2aba2" },
        { ";chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7", "" },
        { "sOO8/Q==", "sOO8/A==" },
        { "x-amz-checksum-crc32c:", "x-amz-checksum-crc32:" },
        { "d81f82fc", "e81f82fc" },
        { "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n", "" },
        { "fe2e435\r\n\r\n", "fe2e435\r\n\r\nx" },
        { "0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n", "" },
    };

    [Theory]
    [MemberData(nameof(Spoilt))]
    public void A_body_in_chunks_that_was_changed_is_refused(string found, string replacement)
    {
        var text = Encoding.ASCII.GetString(ChunksWithTrailer);
        var at = text.IndexOf(found, StringComparison.Ordinal);
        var spoilt = Encoding.ASCII.GetBytes(text.Remove(at, found.Length).Insert(at, replacement));

        Assert.Throws<ServiceException>(() => Decode(
            "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e", AwsChunkedBody.SignedWithTrailer, spoilt,
            "x-amz-checksum-crc32c"));
    }

    private static byte[] Chunks { get; } = Body(
        "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
        "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
        "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n");

    private static byte[] ChunksWithTrailer { get; } = Body(
        "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
        "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
        "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n"
        + "x-amz-checksum-crc32c:sOO8/Q==\r\n"
        + "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n");

    private static byte[] Body(string first, string second, string last) => Encoding.ASCII.GetBytes(
        $"10000;chunk-signature={first}\r\n{new string('a', 65536)}\r\n400;chunk-signature={second}\r\n{new string('a', 1024)}\r\n"
        + $"0;chunk-signature={last}\r\n");

    private static (ReadOnlyMemory<byte> Content, IReadOnlyDictionary<string, string> Trailers) Decode(
        string seed, string payload, byte[] body, params string[] announced) =>
        AwsChunkedBody.Decode(body, new(Key, Timestamp, Scope, seed, payload), 66560, announced);

    private static void AssertSignature(
        string expected,
        string method,
        string path,
        IEnumerable<(string Name, string Value)> query,
        IReadOnlyList<(string Name, string Value)> headers,
        string payload)
    {
        var canonical = SignatureV4.CanonicalRequest(method, path, query, headers, payload);
        Assert.Equal(expected, SignatureV4.Sign(Key, SignatureV4.StringToSign(Timestamp, Scope, canonical)));
    }
}
