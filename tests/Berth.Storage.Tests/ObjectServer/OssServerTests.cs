using System.Security.Cryptography;
using System.Text;
using Berth.TestTools.ObjectServer;

namespace Berth.Storage.Tests.ObjectServer;

/// <summary>What OSS does, and requests that are wrong in one thing each. What is right of them is signed by the algorithms that
/// OssSignatureTests holds against Aliyun's own examples.</summary>
public sealed partial class OssServerTests : IAsyncLifetime
{
    private const string Hello = "hello";

    private OssServer _server = null!;

    public async Task InitializeAsync() => _server = await OssServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public static TheoryData<string, string, int, string> InHeader
    {
        get
        {
            var data = new TheoryData<string, string, int, string>();
            foreach (var version in (string[])["V1", "V4"])
            {
                data.Add(version, "", 200, "");
                data.Add(version, "signature", 403, "SignatureDoesNotMatch");
                data.Add(version, "secret", 403, "SignatureDoesNotMatch");
                data.Add(version, "method", 403, "SignatureDoesNotMatch");
                data.Add(version, "path", 403, "SignatureDoesNotMatch");
                data.Add(version, "subresource", 403, "SignatureDoesNotMatch");
                data.Add(version, "content type", 403, "SignatureDoesNotMatch");
                data.Add(version, "unsigned x-oss header", 403, "SignatureDoesNotMatch");
                data.Add(version, "key", 403, "InvalidAccessKeyId");
                data.Add(version, "token", 403, "InvalidSecurityToken");
                data.Add(version, "late", 403, "RequestTimeTooSkewed");
                data.Add(version, "early", 403, "RequestTimeTooSkewed");
                data.Add(version, "no authorization", 403, "AccessDenied");
                data.Add(version, "other scheme", 400, "InvalidArgument");
                data.Add(version, "also in the query", 400, "InvalidArgument");
                data.Add(version, "MD5", 400, "InvalidDigest");
                data.Add(version, "condition", 501, "NotImplemented");
                data.Add(version, "unknown header", 501, "NotImplemented");
                data.Add(version, "unknown subresource", 501, "NotImplemented");
                data.Add(version, "bucket", 404, "NoSuchBucket");
            }

            data.Add("V4", "region", 400, "InvalidArgument");
            data.Add("V4", "payload", 400, "InvalidArgument");
            data.Add("V4", "query", 403, "SignatureDoesNotMatch");
            return data;
        }
    }

    public static TheoryData<string, string, int, string> InQuery
    {
        get
        {
            var data = new TheoryData<string, string, int, string>();
            foreach (var version in (string[])["V1", "V4"])
            {
                data.Add(version, "", 200, "");
                data.Add(version, "signature", 403, "SignatureDoesNotMatch");
                data.Add(version, "method", 403, "SignatureDoesNotMatch");
                data.Add(version, "path", 403, "SignatureDoesNotMatch");
                data.Add(version, "response type", 403, "SignatureDoesNotMatch");
                data.Add(version, "longer", 403, "SignatureDoesNotMatch");
                data.Add(version, "expired", 403, "AccessDenied");
                data.Add(version, "no expiry", 400, "InvalidArgument");
                data.Add(version, "bearer token", 400, "InvalidArgument");
            }

            data.Add("V4", "eight days", 400, "InvalidArgument");
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(InHeader))]
    public async Task A_request_signed_in_its_header_is_right_in_everything_or_refused(
        string version, string wrong, int status, string code)
    {
        var request = Put("a key/ü+", Hello);
        switch (wrong)
        {
            case "MD5": request.Headers["Content-MD5"] = Convert.ToBase64String(new byte[16]); break;
            case "condition": request.Headers["If-Match"] = "*"; break;
            case "unknown header": request.Headers["x-oss-callback"] = "e30="; break;
            case "unknown subresource": request.Query.Add(("acl", "")); break;
            case "bucket": request.Path = "/nowhere/key"; break;
            case "token": request.Headers["x-oss-security-token"] = "token"; break;
            default: break;
        }

        Sign(
            request, version, secret: wrong == "secret" ? "other" : null, key: wrong == "key" ? "LTAIOTHER" : null,
            minutes: wrong switch { "late" => -16, "early" => 16, _ => 0 }, region: wrong == "region" ? "cn-other" : null,
            payload: wrong == "payload" ? new('0', 64) : OssSignature.Unsigned);
        switch (wrong)
        {
            case "signature": request.Headers["Authorization"] = Flip(request.Headers["Authorization"]); break;
            case "method": request.Method = "DELETE"; break;
            case "path": request.Path += "2"; break;
            case "subresource": request.Query.AddRange([("uploadId", "1"), ("partNumber", "1")]); break;
            case "query": request.Query.Add(("other", "1")); break;
            case "content type": request.Headers["Content-Type"] = "text/html"; break;
            case "unsigned x-oss header": request.Headers["x-oss-forbid-overwrite"] = "true"; break;
            case "no authorization": request.Headers.Remove("Authorization"); break;
            case "other scheme": request.Headers["Authorization"] = "Bearer token"; break;
            case "also in the query": request.Query.Add((version == "V1" ? "Signature" : "x-oss-signature", "00")); break;
            default: break;
        }

        var answer = await request.SendAsync(_server.Endpoint);

        Assert.True((status, code) == (answer.Status, answer.Code), $"{answer.Status} {answer.Text}");
        Assert.Equal(status == 200 ? ["a key/ü+"] : [], _server.Bucket.Keys);
    }

    [Theory]
    [MemberData(nameof(InQuery))]
    public async Task A_signed_url_is_right_in_everything_or_refused(string version, string wrong, int status, string code)
    {
        await SendAsync(Put("key", Hello));
        var request = new RawRequest { Path = $"/{_server.Options.Bucket}/key", Query = { ("response-content-type", "text/fancy") } };
        SignUrl(request, version, seconds: wrong switch { "eight days" => 691_200, "expired" => -60, _ => 600 });
        void Replace(string name, string value) =>
            request.Query[request.Query.FindIndex(pair => pair.Name == name)] = (name, value);
        switch (wrong)
        {
            case "signature": Replace(request.Query[^1].Name, Flip(request.Query[^1].Value)); break;
            case "method": request.Method = "DELETE"; break;
            case "path": request.Path += "2"; break;
            case "response type": Replace("response-content-type", "text/html"); break;
            case "longer": Replace(version == "V1" ? "Expires" : "x-oss-expires", version == "V1" ? "9999999999" : "6000"); break;
            case "no expiry": request.Query.RemoveAll(pair => pair.Name is "Expires" or "x-oss-expires"); break;
            case "bearer token": request.Headers["Authorization"] = "Bearer token"; break;
            default: break;
        }

        var answer = await request.SendAsync(_server.Endpoint);

        Assert.True((status, code) == (answer.Status, answer.Code), $"{answer.Status} {answer.Text}");
        if (status == 200)
        {
            Assert.Equal((Hello, "text/fancy"), (answer.Text, answer.Header("Content-Type")));
        }

        Assert.Equal(["key"], _server.Bucket.Keys);
    }

    [Fact]
    public async Task Version_1_may_be_closed()
    {
        _server.Options.AllowsV1 = false;
        Assert.Equal((400, "InvalidArgument"), await StatusAsync(Put("key", Hello), "V1"));
        Assert.Equal((200, ""), await StatusAsync(Put("key", Hello), "V4"));
    }

    [Fact]
    public async Task A_session_has_a_token()
    {
        _server.Options.Credentials[0] = new("LTAISESSION", "secret", "tok+en/==");
        Assert.Equal((403, "InvalidSecurityToken"), await StatusAsync(Put("key", Hello), "V4"));
        foreach (var version in (string[])["V1", "V4"])
        {
            var put = Put("key", Hello);
            put.Headers["x-oss-security-token"] = "tok+en/==";
            Assert.Equal((200, ""), await StatusAsync(put, version));
            var get = new RawRequest { Path = put.Path, Query = { (version == "V1" ? "security-token" : "x-oss-security-token", "tok+en/==") } };
            SignUrl(get, version, 60);
            Assert.Equal(200, (await get.SendAsync(_server.Endpoint)).Status);
        }
    }

    [Fact]
    public async Task Overwriting_may_be_forbidden_but_not_in_a_versioned_bucket()
    {
        RawRequest Create(string content)
        {
            var request = Put("key", content);
            request.Headers["x-oss-forbid-overwrite"] = "true";
            return request;
        }

        Assert.Equal((200, ""), await StatusAsync(Create("1")));
        Assert.Equal((409, "FileAlreadyExists"), await StatusAsync(Create("2")));
        Assert.Equal((200, ""), await StatusAsync(Put("key", "3")));
        var versioning = new RawRequest { Path = $"/{_server.Options.Bucket}/", Query = { ("versioning", "") } };
        Assert.DoesNotContain("Enabled", (await SendAsync(versioning)).Text, StringComparison.Ordinal);

        _server.Bucket.IsVersioned = true;
        Assert.Contains("<Status>Enabled</Status>", (await SendAsync(versioning)).Text, StringComparison.Ordinal);
        Assert.NotNull((await SendAsync(Create("4"))).Header("x-oss-version-id"));
        Assert.Equal("4"u8.ToArray(), _server.Bucket.Read("key"));
    }

    [Fact]
    public async Task Of_many_creators_one_wins()
    {
        var statuses = await Task.WhenAll(Enumerable.Range(1, 20).Select(async i =>
        {
            var request = Put("key", $"{i}");
            request.Headers["x-oss-forbid-overwrite"] = "true";
            return (await SendAsync(request)).Status;
        }));

        Assert.Single(statuses, 200);
        Assert.Equal(19, statuses.Count(status => status == 409));
    }

    [Fact]
    public async Task An_object_is_written_read_and_deleted()
    {
        var written = await SendAsync(Put("key", "123456789"));
        Assert.Equal("\"25F9E794323B453885F5181F1B624D0B\"", written.Header("ETag"));
        Assert.Equal($"{0x995DC9BBDF1939FAUL}", written.Header("x-oss-hash-crc64ecma"));
        var get = new RawRequest { Path = $"/{_server.Options.Bucket}/key" };
        var read = await SendAsync(get);
        Assert.Equal(("123456789", "text/plain"), (read.Text, read.Header("Content-Type")));

        get.Headers["If-None-Match"] = written.Header("ETag")!;
        Assert.Equal(304, (await SendAsync(get)).Status);
        get.Headers.Remove("If-None-Match");
        get.Headers["If-Match"] = "\"other\"";
        Assert.Equal((412, "PreconditionFailed"), await StatusAsync(get));

        var delete = new RawRequest { Method = "DELETE", Path = get.Path };
        Assert.Equal(204, (await SendAsync(delete)).Status);
        Assert.Equal(204, (await SendAsync(delete)).Status);
        var head = await SendAsync(new() { Method = "HEAD", Path = get.Path });
        Assert.Equal((404, ""), (head.Status, head.Text));
        Assert.Contains("NoSuchKey", Encoding.UTF8.GetString(Convert.FromBase64String(head.Header("x-oss-err")!)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bytes=1-3", false, 206, "234")]
    [InlineData("bytes=4-", false, 206, "56789")]
    [InlineData("bytes=-2", false, 206, "89")]
    [InlineData("bytes=4-99", false, 200, "123456789")]
    [InlineData("bytes=99-", false, 200, "123456789")]
    [InlineData("bytes=4-99", true, 206, "56789")]
    [InlineData("bytes=99-", true, 416, null)]
    public async Task A_range_that_is_not_there_counts_as_none_unless_told_otherwise(
        string range, bool standard, int status, string? expected)
    {
        await SendAsync(Put("key", "123456789"));
        var request = new RawRequest { Path = $"/{_server.Options.Bucket}/key", Headers = { ["Range"] = range } };
        if (standard)
        {
            request.Headers["x-oss-range-behavior"] = "standard";
        }

        var answer = await SendAsync(request);

        Assert.Equal(status, answer.Status);
        Assert.Equal(expected ?? answer.Text, answer.Text);
    }

    [Theory]
    [InlineData("2")]
    [InlineData(null)]
    public async Task A_bucket_is_listed_page_by_page(string? version)
    {
        string[] keys = ["a", "b/1", "b/2", "c&<", "ü"];
        foreach (var key in keys)
        {
            await SendAsync(Put(key, Hello));
        }

        var found = new List<string>();
        var next = "";
        do
        {
            var request = new RawRequest
            {
                Path = $"/{_server.Options.Bucket}/",
                Query = { ("max-keys", "2"), ("encoding-type", "url"), (version is null ? "marker" : "continuation-token", next) },
            };
            if (version is not null)
            {
                request.Query.Add(("list-type", version));
            }

            var page = await SendAsync(request);
            Assert.Equal(200, page.Status);
            found.AddRange(page.Text.Split("<Key>").Skip(1).Select(rest => Uri.UnescapeDataString(rest.Split('<')[0])));
            next = Uri.UnescapeDataString(version is null
                ? page.Between("<NextMarker>", "<") : page.Between("<NextContinuationToken>", "<"));
        }
        while (next.Length > 0 && found.Count < 100);

        Assert.Equal(keys, found);
        var cut = await SendAsync(new()
        {
            Path = $"/{_server.Options.Bucket}/",
            Query = { ("delimiter", "/"), ("prefix", "b"), ("list-type", "2") },
        });
        Assert.Contains("<CommonPrefixes><Prefix>b/</Prefix></CommonPrefixes>", cut.Text, StringComparison.Ordinal);
        Assert.Equal((400, "InvalidArgument"), await StatusAsync(
            new() { Path = $"/{_server.Options.Bucket}/", Query = { ("max-keys", "1001") } }));
    }

    [Fact]
    public async Task Many_objects_are_deleted_at_once()
    {
        await SendAsync(Put("a", Hello));
        await SendAsync(Put("b&", Hello));
        var request = new RawRequest
        {
            Method = "POST",
            Path = $"/{_server.Options.Bucket}/",
            Query = { ("delete", "") },
            Body = "<Delete><Quiet>false</Quiet><Object><Key>b&amp;</Key></Object><Object><Key>c</Key></Object></Delete>"u8.ToArray(),
        };
        Assert.Equal((400, "MissingArgument"), await StatusAsync(request));
#pragma warning disable CA5351 // The service has it.
        request.Headers["Content-MD5"] = Convert.ToBase64String(MD5.HashData(request.Body));
#pragma warning restore CA5351
        var answer = await SendAsync(request);

        Assert.Contains("<Deleted><Key>b&amp;</Key></Deleted><Deleted><Key>c</Key></Deleted>", answer.Text, StringComparison.Ordinal);
        Assert.Equal(["a"], _server.Bucket.Keys);
    }

    [Fact]
    public async Task Parts_become_an_object_by_their_rules()
    {
        var path = $"/{_server.Options.Bucket}/key";
        var upload = (await SendAsync(new() { Method = "POST", Path = path, Query = { ("uploads", "") } })).Between("<UploadId>", "<");
        Task<RawAnswer> PutPartAsync(int number, int size) => SendAsync(new()
        {
            Method = "PUT",
            Path = path,
            Query = { ("uploadId", upload), ("partNumber", $"{number}") },
            Body = new byte[size],
        });
        Task<(int, string)> CompleteAsync(bool create, params (int Number, string ETag)[] parts)
        {
            var request = new RawRequest
            {
                Method = "POST",
                Path = path,
                Query = { ("uploadId", upload) },
                Body = Encoding.UTF8.GetBytes("<CompleteMultipartUpload>" + string.Concat(parts.Select(
                    part => $"<Part><PartNumber>{part.Number}</PartNumber><ETag>{part.ETag}</ETag></Part>"))
                    + "</CompleteMultipartUpload>"),
            };
            if (create)
            {
                request.Headers["x-oss-forbid-overwrite"] = "true";
            }

            return StatusAsync(request);
        }

        var large = (await PutPartAsync(1, 100 * 1024)).Header("ETag")!;
        var small = (await PutPartAsync(2, (100 * 1024) - 1)).Header("ETag")!;
        Assert.Equal((400, "InvalidArgument"), ((await PutPartAsync(10_001, 1)).Status, (await PutPartAsync(0, 1)).Code));
        Assert.Equal((400, "EntityTooSmall"), await CompleteAsync(false, (2, small), (3, (await PutPartAsync(3, 1)).Header("ETag")!)));
        Assert.Equal((400, "InvalidPartOrder"), await CompleteAsync(false, (2, small), (1, large)));
        Assert.Equal((400, "InvalidPart"), await CompleteAsync(false, (1, small)));
        Assert.Equal((400, "InvalidPart"), await CompleteAsync(false, (9, small)));
        Assert.Equal((400, "MalformedXML"), await CompleteAsync(false));
        await SendAsync(Put("key", Hello));
        Assert.Equal((409, "FileAlreadyExists"), await CompleteAsync(true, (1, large), (2, small)));
        _server.Bucket.Remove("key");
        Assert.Equal((200, ""), await CompleteAsync(true, (1, large), (2, small)));
        Assert.Equal((404, "NoSuchUpload"), await CompleteAsync(true, (1, large), (2, small)));
        Assert.Equal((404, "NoSuchUpload"), await StatusAsync(new() { Method = "DELETE", Path = path, Query = { ("uploadId", upload) } }));

        Assert.Equal((200 * 1024) - 1, _server.Bucket.Read("key")!.Length);
        Assert.Empty(_server.Bucket.UnfinishedUploads);
    }

    [Fact]
    public async Task A_bucket_may_have_a_host_of_its_own()
    {
        var request = Put("key", Hello);
        Sign(request, "V4");
        request.Path = "/key";

        Assert.Equal(200, (await request.SendAsync(new($"http://localhost:{_server.Endpoint.Port}"))).Status);
        Assert.Equal(["key"], _server.Bucket.Keys);
    }

    [Fact]
    public async Task Faults_are_those_of_the_other_server()
    {
        _server.Inject(Fault.Error(503, "ServiceUnavailable"), "PutObject");
        Assert.Equal((503, "ServiceUnavailable"), await StatusAsync(Put("key", Hello)));
        _server.Inject(Fault.DropAfterDone(), "PutObject");
        await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(Put("key", Hello)));

        Assert.Equal(["PUT PutObject key 503 ServiceUnavailable", "PUT PutObject key 0"], _server.Requests.Select(request => $"{request}"));
        Assert.Equal(["key"], _server.Bucket.Keys);
    }
}
