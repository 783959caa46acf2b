using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Berth.Storage.S3;

/// <summary>One bucket as objects and records share it: who calls, under which names, and how long a call may take.</summary>
internal sealed class S3Bucket
{
    private readonly S3Http _http;
    private readonly TimeProvider _time;

    // Made when first needed: finding region and credentials may take calls, and may succeed the next time.
    private readonly Lazy<AmazonS3Client> _client;
    private readonly Lazy<AmazonS3Client> _signer;

    /// <param name="options">The bucket.</param>
    /// <param name="time">The clock that waits go by.</param>
    /// <param name="logger">Told of each request that is sent again.</param>
    /// <param name="transport">What sends the requests; <see langword="null"/> for sockets.</param>
    public S3Bucket(
        S3StorageOptions options, TimeProvider time, ILogger? logger = null, HttpMessageHandler? transport = null)
    {
        Options = options;
        Names = new(options.Prefix);
        Tries = new(time, logger ?? NullLogger.Instance);
        _time = time;
        _http = new(transport);
        _client = new(() => CreateClient(options.Endpoint), LazyThreadSafetyMode.PublicationOnly);
        _signer = options.PublicEndpoint is { } address
            ? new(() => CreateClient(address), LazyThreadSafetyMode.PublicationOnly)
            : _client;
    }

    public S3StorageOptions Options { get; }

    public S3Names Names { get; }

    public S3Tries Tries { get; }

    public AmazonS3Client Client => _client.Value;

    private bool IsAmazons => Options.Endpoint is null;

    /// <summary>A write of a whole object.</summary>
    /// <param name="name">Its name in the bucket.</param>
    /// <param name="body">Its bytes, a stream of this request alone.</param>
    public PutObjectRequest Put(string name, Stream body) => new()
    {
        BucketName = Options.Bucket,
        Key = name,
        InputStream = body,
        AutoCloseStream = false,
        ContentType = "application/octet-stream",
        UseChunkEncoding = UseChunkEncoding,
        ServerSideEncryptionMethod = Encryption,
        ServerSideEncryptionKeyManagementServiceKeyId = Options.KmsKeyId,
    };

    /// <summary>The beginning of an upload in parts.</summary>
    public InitiateMultipartUploadRequest Begin(string name) => new()
    {
        BucketName = Options.Bucket,
        Key = name,
        ContentType = "application/octet-stream",
        StorageClass = Options.StorageClass,
        ServerSideEncryptionMethod = Encryption,
        ServerSideEncryptionKeyManagementServiceKeyId = Options.KmsKeyId,
    };

    /// <summary>A part of an upload.</summary>
    public UploadPartRequest Part(string name, string uploadId, int number, Stream body) => new()
    {
        BucketName = Options.Bucket,
        Key = name,
        UploadId = uploadId,
        PartNumber = number,
        PartSize = body.Length,
        InputStream = body,
        UseChunkEncoding = UseChunkEncoding,
    };

    /// <summary>A URL that reads one object, at the address that clients know.</summary>
    /// <param name="name">The object's name in the bucket.</param>
    /// <param name="grant">What the URL grants.</param>
    public async Task<Uri> SignAsync(string name, ReadUriOptions grant)
    {
        var address = Options.PublicEndpoint ?? Options.Endpoint;
        return new(await _signer.Value.GetPreSignedURLAsync(new()
        {
            BucketName = Options.Bucket,
            Key = name,
            Verb = HttpVerb.GET,
            Expires = (_time.GetUtcNow() + grant.Lifetime).UtcDateTime,
            Protocol = address?.Scheme == Uri.UriSchemeHttp ? Protocol.HTTP : Protocol.HTTPS,
            ResponseHeaderOverrides = new()
            {
                ContentType = grant.ContentType,
                ContentDisposition = $"attachment; filename=\"{grant.FileName}\"",
            },
        }));
    }

    private bool UseChunkEncoding => Options.ChunkEncoding ?? IsAmazons;

    private ServerSideEncryptionMethod? Encryption => Options.ServerSideEncryption switch
    {
        S3Encryption.Aes256 => ServerSideEncryptionMethod.AES256,
        S3Encryption.Kms => ServerSideEncryptionMethod.AWSKMS,
        _ => null,
    };

    private AmazonS3Client CreateClient(Uri? endpoint)
    {
        var isWhenSupported = (Options.Checksums ?? (IsAmazons ? S3Checksums.WhenSupported : S3Checksums.WhenRequired))
            == S3Checksums.WhenSupported;
        var config = new AmazonS3Config
        {
            HttpClientFactory = _http,
            MaxErrorRetry = 0, // S3Tries
            ForcePathStyle = Options.ForcePathStyle ?? !IsAmazons,
            RequestChecksumCalculation = isWhenSupported
                ? RequestChecksumCalculation.WHEN_SUPPORTED : RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = isWhenSupported
                ? ResponseChecksumValidation.WHEN_SUPPORTED : ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (endpoint is not null)
        {
            config.ServiceURL = endpoint.AbsoluteUri;
            config.AuthenticationRegion = Options.Region ?? "us-east-1";
        }
        else if (Options.Region is { } region)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }

        return Options switch
        {
            { AccessKeyId: not { } } => new(config),
            { SessionToken: { } token } =>
                new(new SessionAWSCredentials(Options.AccessKeyId, Options.SecretAccessKey, token), config),
            _ => new(new BasicAWSCredentials(Options.AccessKeyId, Options.SecretAccessKey), config),
        };
    }
}
