using System.Text;
using Berth.TestTools.ObjectServer;

namespace Berth.Storage.Tests.ObjectServer;

/// <summary>Requests that are wrong in one thing each. What is right of them is signed by the algorithm that SignatureV4Tests
/// holds against Amazon's own examples.</summary>
public sealed partial class S3ServerRefusalTests : IAsyncLifetime
{
    private const string Hello = "hello";

    private S3Server _server = null!;

    public async Task InitializeAsync() => _server = await S3Server.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public static TheoryData<string, int, string> InHeader => new()
    {
        { "", 200, "" },
        { "signature", 403, "SignatureDoesNotMatch" },
        { "secret", 403, "SignatureDoesNotMatch" },
        { "method", 403, "SignatureDoesNotMatch" },
        { "path", 403, "SignatureDoesNotMatch" },
        { "query", 403, "SignatureDoesNotMatch" },
        { "signed header", 403, "SignatureDoesNotMatch" },
        { "order of names", 403, "SignatureDoesNotMatch" },
        { "unsigned x-amz header", 403, "AccessDenied" },
        { "unsigned host", 403, "AccessDenied" },
        { "key", 403, "InvalidAccessKeyId" },
        { "token", 400, "InvalidToken" },
        { "region", 400, "AuthorizationHeaderMalformed" },
        { "service", 400, "AuthorizationHeaderMalformed" },
        { "day", 400, "AuthorizationHeaderMalformed" },
        { "late", 403, "RequestTimeTooSkewed" },
        { "early", 403, "RequestTimeTooSkewed" },
        { "no date", 403, "AccessDenied" },
        { "no authorization", 403, "AccessDenied" },
        { "other scheme", 400, "InvalidArgument" },
        { "version 2", 400, "InvalidRequest" },
        { "also in the query", 400, "InvalidArgument" },
        { "no hash", 400, "InvalidRequest" },
        { "body", 400, "XAmzContentSHA256Mismatch" },
        { "word for a hash", 400, "InvalidArgument" },
        { "MD5", 400, "BadDigest" },
        { "short MD5", 400, "InvalidDigest" },
        { "checksum", 400, "BadDigest" },
        { "short checksum", 400, "InvalidRequest" },
        { "two checksums", 400, "InvalidRequest" },
        { "announced checksum", 400, "InvalidRequest" },
        { "unknown header", 501, "NotImplemented" },
        { "unknown subresource", 501, "NotImplemented" },
        { "bucket", 404, "NoSuchBucket" },
        { "long key", 400, "KeyTooLongError" },
        { "condition", 501, "NotImplemented" },
        { "both conditions", 501, "NotImplemented" },
    };

    public static TheoryData<string, int, string> InQuery => new()
    {
        { "", 200, "" },
        { "signature", 403, "SignatureDoesNotMatch" },
        { "method", 403, "SignatureDoesNotMatch" },
        { "path", 403, "SignatureDoesNotMatch" },
        { "content type", 403, "SignatureDoesNotMatch" },
        { "content type that was not signed", 403, "SignatureDoesNotMatch" },
        { "longer", 403, "SignatureDoesNotMatch" },
        { "expired", 403, "AccessDenied" },
        { "not yet", 403, "AccessDenied" },
        { "eight days", 400, "AuthorizationQueryParametersError" },
        { "no expiry", 400, "AuthorizationQueryParametersError" },
        { "no signature", 400, "AuthorizationQueryParametersError" },
        { "two dates", 400, "AuthorizationQueryParametersError" },
        { "region", 400, "AuthorizationQueryParametersError" },
        { "key", 403, "InvalidAccessKeyId" },
        { "x-amz header", 403, "AccessDenied" },
        { "host", 403, "AccessDenied" },
        { "bearer token", 400, "InvalidArgument" },
        { "basic authorization", 400, "InvalidArgument" },
    };

    [Theory]
    [MemberData(nameof(InHeader))]
    public async Task A_request_signed_in_its_header_is_right_in_everything_or_refused(string wrong, int status, string code)
    {
        var request = Put("key", Hello);
        switch (wrong)
        {
            case "MD5": request.Headers["Content-MD5"] = Convert.ToBase64String(new byte[16]); break;
            case "short MD5": request.Headers["Content-MD5"] = "AAAA"; break;
            case "checksum": request.Headers["x-amz-checksum-crc32"] = "AAAAAA=="; break;
            case "short checksum": request.Headers["x-amz-checksum-crc32"] = "AAAA"; break;
            case "two checksums":
                request.Headers["x-amz-checksum-crc32"] = "NhCmhg==";
                request.Headers["x-amz-checksum-sha256"] = Convert.ToBase64String(new byte[32]);
                break;
            case "announced checksum": request.Headers["x-amz-sdk-checksum-algorithm"] = "CRC32"; break;
            case "unknown header": request.Headers["x-amz-object-lock-mode"] = "GOVERNANCE"; break;
            case "unknown subresource": request.Query.Add(("tagging", "")); break;
            case "bucket": request.Path = "/nowhere/key"; break;
            case "long key": request.Path = $"/{_server.Options.Bucket}/{new string('k', 1025)}"; break;
            case "condition": request.Headers["If-None-Match"] = "\"etag\""; break;
            case "both conditions": (request.Headers["If-None-Match"], request.Headers["If-Match"]) = ("*", "*"); break;
            case "word for a hash": request.Headers["x-amz-content-sha256"] = "UNSIGNED"; break;
            case "token": request.Headers["x-amz-security-token"] = "token"; break;
            default: break;
        }

        Sign(
            request,
            secret: wrong == "secret" ? "other" : null, key: wrong == "key" ? "AKIDOTHER" : null,
            region: wrong == "region" ? "us-east-1" : null, service: wrong == "service" ? "s4" : "s3",
            minutes: wrong switch { "late" => -16, "early" => 16, _ => 0 }, dayOf: wrong == "day" ? -2 : 0,
            leaveOut: wrong switch { "unsigned x-amz header" => "x-amz-date", "unsigned host" => "host", _ => null },
            reverse: wrong == "order of names");
        switch (wrong)
        {
            case "signature": request.Headers["Authorization"] = Flip(request.Headers["Authorization"]); break;
            case "method": request.Method = "POST"; request.Query.Add(("uploads", "")); break;
            case "path": request.Path += "2"; break;
            case "query": request.Query.Add(("prefix", "a")); break;
            case "signed header": request.Headers["Content-Type"] = "text/html"; break;
            case "no date": request.Headers.Remove("x-amz-date"); break;
            case "no authorization": request.Headers.Remove("Authorization"); break;
            case "other scheme": request.Headers["Authorization"] = "Bearer token"; break;
            case "version 2": request.Headers["Authorization"] = "AWS AKIDTEST:c2lnbmF0dXJl"; break;
            case "also in the query": request.Query.Add(("X-Amz-Signature", "00")); break;
            case "no hash": request.Headers.Remove("x-amz-content-sha256"); break;
            case "body": request.Body = "hallo"u8.ToArray(); break;
            default: break;
        }

        var answer = await request.SendAsync(_server.Endpoint);

        Assert.True((status, code) == (answer.Status, answer.Code), $"{answer.Status} {answer.Text}");
        Assert.Equal(status == 200 ? ["key"] : [], _server.Bucket.Keys);
    }

    [Theory]
    [MemberData(nameof(InQuery))]
    public async Task A_signed_url_is_right_in_everything_or_refused(string wrong, int status, string code)
    {
        Assert.Equal(200, (await Signed(Put("key", Hello)).SendAsync(_server.Endpoint)).Status);
        var request = new RawRequest { Path = $"/{_server.Options.Bucket}/key" };
        if (wrong == "x-amz header")
        {
            request.Headers["x-amz-checksum-mode"] = "ENABLED";
        }

        if (wrong != "content type that was not signed")
        {
            request.Query.Add(("response-content-type", "text/fancy"));
        }

        SignUrl(
            request, seconds: wrong switch { "eight days" => 691_200, "expired" => 60, _ => 600 },
            minutes: wrong switch { "expired" => -2, "not yet" => 16, _ => 0 }, region: wrong == "region" ? "us-east-1" : null,
            key: wrong == "key" ? "AKIDOTHER" : null, signed: wrong == "host" ? "range" : "host");
        void Replace(string name, string value) =>
            request.Query[request.Query.FindIndex(pair => pair.Name == name)] = (name, value);
        switch (wrong)
        {
            case "signature": Replace("X-Amz-Signature", Flip(request.Query[^1].Value)); break;
            case "method": request.Method = "DELETE"; break;
            case "path": request.Path += "2"; break;
            case "content type": Replace("response-content-type", "text/html"); break;
            case "content type that was not signed": request.Query.Add(("response-content-type", "text/html")); break;
            case "longer": Replace("X-Amz-Expires", "6000"); break;
            case "no expiry": request.Query.RemoveAll(pair => pair.Name == "X-Amz-Expires"); break;
            case "no signature": request.Query.RemoveAll(pair => pair.Name == "X-Amz-Signature"); break;
            case "two dates": request.Query.Add(("X-Amz-Date", "20200101T000000Z")); break;
            case "bearer token": request.Headers["Authorization"] = "Bearer token"; break;
            case "basic authorization": request.Headers["Authorization"] = "Basic dTpw"; break;
            default: break;
        }

        var answer = await request.SendAsync(_server.Endpoint);

        Assert.True((status, code) == (answer.Status, answer.Code), $"{answer.Status} {answer.Text}");
        if (status == 200)
        {
            Assert.Equal(Hello, answer.Text);
            Assert.Equal("text/fancy", answer.Header("Content-Type"));
        }
        else
        {
            Assert.Equal(["key"], _server.Bucket.Keys);
        }
    }

    [Theory]
    [InlineData("", 200, "")]
    [InlineData("checksum", 400, "BadDigest")]
    [InlineData("chunk", 403, "SignatureDoesNotMatch")]
    [InlineData("trailer signature", 403, "SignatureDoesNotMatch")]
    [InlineData("small chunk", 403, "InvalidChunkSizeError")]
    [InlineData("decoded length", 400, "IncompleteBody")]
    [InlineData("no decoded length", 411, "MissingContentLength")]
    [InlineData("other trailer", 400, "MalformedTrailerError")]
    public async Task A_body_in_signed_chunks_is_right_in_everything_or_refused(string wrong, int status, string code)
    {
        var content = Encoding.ASCII.GetBytes(new string('a', 20_000));
        var request = new RawRequest { Method = "PUT", Path = $"/{_server.Options.Bucket}/key" };
        request.Headers["x-amz-content-sha256"] = AwsChunkedBody.SignedWithTrailer;
        request.Headers["x-amz-trailer"] = wrong == "other trailer" ? "x-amz-checksum-sha1" : "x-amz-checksum-crc32";
        if (wrong != "no decoded length")
        {
            request.Headers["x-amz-decoded-content-length"] = wrong == "decoded length" ? "20001" : "20000";
        }

        request.Headers["Content-Encoding"] = "aws-chunked";
        var signature = Sign(request);
        var checksum = wrong == "checksum" ? "AAAAAA==" : ChecksumAlgorithm.Named("CRC32")!.Compute([content]);
        using var body = new MemoryStream();
        var previous = signature.Signature;
        foreach (var size in wrong == "small chunk" ? [8191, 11_809, 0] : (int[])[8192, 11_808, 0])
        {
            var chunk = content.AsSpan(0, size);
            previous = SignatureV4.Sign(
                signature.Key, SignatureV4.ChunkToSign(signature.Timestamp, signature.Scope, previous, chunk));
            body.Write(Encoding.ASCII.GetBytes($"{size:x};chunk-signature={previous}\r\n"));
            body.Write(chunk);
            body.Write(size > 0 ? "\r\n"u8 : []);
        }

        var trailer = SignatureV4.Sign(signature.Key, SignatureV4.TrailerToSign(
            signature.Timestamp, signature.Scope, previous, $"x-amz-checksum-crc32:{checksum}\n"));
        body.Write(Encoding.ASCII.GetBytes(
            $"x-amz-checksum-crc32:{checksum}\r\nx-amz-trailer-signature:{(wrong == "trailer signature" ? Flip(trailer) : trailer)}\r\n\r\n"));
        request.Body = body.ToArray();
        if (wrong == "chunk")
        {
            request.Body[500] = (byte)'b';
        }

        var answer = await request.SendAsync(_server.Endpoint);

        Assert.True((status, code) == (answer.Status, answer.Code), $"{answer.Status} {answer.Text}");
        Assert.Equal(status == 200 ? content : null, _server.Bucket.Read("key"));
    }

    [Theory]
    [InlineData("", 200, "")]
    [InlineData("checksum", 400, "BadDigest")]
    [InlineData("chunk", 400, "BadDigest")]
    [InlineData("signed", 400, "IncompleteBody")]
    public async Task A_body_in_unsigned_chunks_has_the_right_checksum_or_is_refused(string wrong, int status, string code)
    {
        var request = new RawRequest { Method = "PUT", Path = $"/{_server.Options.Bucket}/key" };
        request.Headers["x-amz-content-sha256"] = AwsChunkedBody.UnsignedWithTrailer;
        request.Headers["x-amz-trailer"] = "x-amz-checksum-crc32";
        request.Headers["x-amz-decoded-content-length"] = "5";
        Sign(request);
        var checksum = wrong == "checksum" ? "AAAAAA==" : ChecksumAlgorithm.Named("CRC32")!.Compute(["hello"u8.ToArray()]);
        request.Body = Encoding.ASCII.GetBytes(
            $"5{(wrong == "signed" ? ";chunk-signature=00" : "")}\r\n{(wrong == "chunk" ? "hallo" : Hello)}\r\n0\r\n"
            + $"x-amz-checksum-crc32:{checksum}\r\n\r\n");

        var answer = await request.SendAsync(_server.Endpoint);

        Assert.True((status, code) == (answer.Status, answer.Code), $"{answer.Status} {answer.Text}");
    }

    [Fact]
    public async Task Older_servers_know_neither_chunks_nor_checksums()
    {
        _server.Options.UnderstandsChunks = false;
        _server.Options.UnderstandsChecksums = false;
        var request = Put("key", Hello);
        request.Headers["x-amz-checksum-crc32"] = "NhCmhg==";
        Assert.Equal(501, (await Signed(request).SendAsync(_server.Endpoint)).Status);
        var chunked = Put("key", Hello);
        chunked.Headers["x-amz-content-sha256"] = AwsChunkedBody.UnsignedWithTrailer;
        Assert.Equal(501, (await Signed(chunked).SendAsync(_server.Endpoint)).Status);
        Assert.Equal(200, (await Signed(Put("key", Hello)).SendAsync(_server.Endpoint)).Status);
    }

    [Theory]
    [InlineData("<Delete><Object><Key>a</Key></Object></Delete>", true, 200, "")]
    [InlineData("<Delete><Object><Key>a</Key></Object></Delete>", false, 400, "InvalidRequest")]
    [InlineData("<Delete></Delete>", true, 400, "MalformedXML")]
    [InlineData("<Delete><Object>", true, 400, "MalformedXML")]
    [InlineData("<!DOCTYPE d [<!ENTITY e 'x'>]><Delete><Object><Key>&e;</Key></Object></Delete>", true, 400, "MalformedXML")]
    public async Task Deleting_many_needs_a_digest_and_a_document(string document, bool digest, int status, string code)
    {
        var request = new RawRequest
        {
            Method = "POST",
            Path = $"/{_server.Options.Bucket}",
            Body = Encoding.UTF8.GetBytes(document),
            Query = { ("delete", "") },
        };
        if (digest)
        {
            request.Headers["x-amz-checksum-crc32"] = ChecksumAlgorithm.Named("CRC32")!.Compute([request.Body]);
        }

        var answer = await Signed(request).SendAsync(_server.Endpoint);

        Assert.True((status, code) == (answer.Status, answer.Code), $"{answer.Status} {answer.Text}");
    }

    [Fact]
    public async Task Parts_are_named_in_order()
    {
        var begin = new RawRequest { Method = "POST", Path = $"/{_server.Options.Bucket}/key", Query = { ("uploads", "") } };
        var upload = (await Signed(begin).SendAsync(_server.Endpoint)).Between("<UploadId>", "</UploadId>");
        var etags = new List<string>();
        for (var number = 1; number <= 2; number++)
        {
            var part = Put("key", Hello);
            part.Query.AddRange([("partNumber", $"{number}"), ("uploadId", upload)]);
            etags.Add((await Signed(part).SendAsync(_server.Endpoint)).Header("ETag")!);
        }

        foreach (var numbers in (int[][])[[2, 1], [1, 1]])
        {
            var parts = string.Concat(numbers.Select(
                number => $"<Part><PartNumber>{number}</PartNumber><ETag>{etags[number - 1]}</ETag></Part>"));
            var complete = new RawRequest
            {
                Method = "POST",
                Path = $"/{_server.Options.Bucket}/key",
                Query = { ("uploadId", upload) },
                Body = Encoding.UTF8.GetBytes($"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>"),
            };
            Assert.Equal("InvalidPartOrder", (await Signed(complete).SendAsync(_server.Endpoint)).Code);
        }
    }

    [Theory]
    [InlineData("max-keys", "-1")]
    [InlineData("max-keys", "x")]
    [InlineData("continuation-token", "x")]
    [InlineData("encoding-type", "base64")]
    public async Task A_listing_with_a_wrong_argument_is_refused(string name, string value)
    {
        var request = new RawRequest { Path = $"/{_server.Options.Bucket}", Query = { ("list-type", "2"), (name, value) } };
        var answer = await Signed(request).SendAsync(_server.Endpoint);

        Assert.Equal((400, "InvalidArgument"), (answer.Status, answer.Code));
    }
}
