using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Berth.Storage.Tests.ObjectServer;

/// <summary>The SDK as the client, and its calls in short.</summary>
public sealed partial class S3ServerTests
{
    private static async Task AssertErrorAsync(int status, string code, Func<Task> act)
    {
        var e = await Assert.ThrowsAnyAsync<AmazonS3Exception>(act);
        Assert.True(
            (status, code) == ((int)e.StatusCode, e.ErrorCode),
            $"{(int)e.StatusCode} {e.ErrorCode}, not {status} {code}: {e.Message}");
    }

    private AmazonS3Client Connect(Action<AmazonS3Config>? configure = null)
    {
        var config = Config();
        configure?.Invoke(config);
        var credential = _server.Options.Credentials[0];
        return new(new BasicAWSCredentials(credential.AccessKeyId, credential.Secret), config);
    }

    private AmazonS3Config Config() => new()
    {
        ServiceURL = _server.Endpoint.AbsoluteUri,
        AuthenticationRegion = _server.Options.Region,
        ForcePathStyle = true,
        MaxErrorRetry = 0,
        HttpClientFactory = new LoopbackClients(),
        Timeout = TimeSpan.FromSeconds(30),
    };

    private Task<PutObjectResponse> PutAsync(string key, string content, Action<PutObjectRequest>? configure = null)
    {
        var request = new PutObjectRequest { BucketName = Bucket, Key = key, ContentBody = content };
        configure?.Invoke(request);
        return _client.PutObjectAsync(request);
    }

    private async Task<string> BeginAsync() => (await _client.InitiateMultipartUploadAsync(Bucket, "key")).UploadId;

    private async Task<PartETag> PutPartAsync(string upload, int number, byte[] content) => new(await _client.UploadPartAsync(new()
    {
        BucketName = Bucket,
        Key = "key",
        UploadId = upload,
        PartNumber = number,
        InputStream = new MemoryStream(content),
    }));

    private Task<CompleteMultipartUploadResponse> CompleteAsync(
        string upload, List<PartETag> parts, bool ifNoneMatch = false) => _client.CompleteMultipartUploadAsync(new()
        {
            BucketName = Bucket,
            Key = "key",
            UploadId = upload,
            PartETags = parts,
            IfNoneMatch = ifNoneMatch ? "*" : null,
        });

    /// <summary>Clients for which every host is this machine, and a lost connection an end: Amazon's asks again without a limit
    /// where it sees a connection that was reset, whatever MaxErrorRetry says.</summary>
    private sealed class LoopbackClients : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(new OnceHandler(new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellation) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        }));
    }

    private sealed class OnceHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            try
            {
                return await base.SendAsync(request, cancellationToken);
            }
            catch (HttpRequestException e)
            {
                throw new HttpRequestException(e.Message);
            }
        }
    }
}
