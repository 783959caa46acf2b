namespace Berth.TestTools.ObjectServer;

/// <summary>What an object keeps of the headers that it was written with, and is answered with.</summary>
internal static class S3Headers
{
    private const string Encryption = "x-amz-server-side-encryption";
    private const string EncryptionKey = "x-amz-server-side-encryption-aws-kms-key-id";

    private static readonly string[] Kept = ["Cache-Control", "Content-Disposition", "Content-Language", "Expires"];

    private static readonly string[] StorageClasses =
    [
        "STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER", "DEEP_ARCHIVE",
        "OUTPOSTS", "GLACIER_IR", "SNOW", "EXPRESS_ONEZONE",
    ];

    public static IReadOnlyList<(string Name, string Value)> Of(ServerRequest request)
    {
        var headers = new List<(string Name, string Value)>
        {
            ("Content-Type", request.Header("Content-Type") ?? "binary/octet-stream"),
        };
        var encodings = (request.Header("Content-Encoding") ?? "").Split(',', StringSplitOptions.TrimEntries)
            .Where(encoding => encoding is not ("" or "aws-chunked")).ToList();
        if (encodings.Count > 0)
        {
            headers.Add(("Content-Encoding", string.Join(',', encodings)));
        }

        headers.AddRange(request.Headers
            .Where(header => Kept.Contains(header.Key, StringComparer.OrdinalIgnoreCase)
                || header.Key.StartsWith("x-amz-meta-", StringComparison.OrdinalIgnoreCase))
            .Select(header => (header.Key.ToLowerInvariant(), header.Value)));
        headers.AddRange(EncryptionOf(request));
        return headers;
    }

    /// <summary>Only those about encryption, which the answer to a write repeats.</summary>
    public static IEnumerable<(string Name, string Value)> EncryptionIn(IEnumerable<(string Name, string Value)> headers) =>
        headers.Where(header => header.Name.StartsWith(Encryption, StringComparison.Ordinal));

    public static bool IsWithKms(IEnumerable<(string Name, string Value)> headers) =>
        headers.Any(header => header.Name == Encryption && header.Value != "AES256");

    public static string StorageClassOf(ServerRequest request) => request.Header("x-amz-storage-class") switch
    {
        null => "STANDARD",
        var given when StorageClasses.Contains(given) => given,
        _ => throw new ServiceException(400, "InvalidStorageClass", "The storage class you specified is not valid"),
    };

    private static IEnumerable<(string Name, string Value)> EncryptionOf(ServerRequest request)
    {
        var (kind, key) = (request.Header(Encryption), request.Header(EncryptionKey));
        if (kind is not (null or "AES256" or "aws:kms" or "aws:kms:dsse"))
        {
            throw S3Xml.InvalidArgument(Encryption, kind, "The encryption method specified is not supported");
        }

        if (key is not null && kind is null or "AES256")
        {
            throw S3Xml.InvalidArgument(
                Encryption, kind,
                $"Server Side Encryption with AWS KMS managed key requires HTTP header {Encryption} : aws:kms");
        }

        // Every object is encrypted; without a word about it, with the service's own keys.
        yield return (Encryption, kind ?? "AES256");
        if (key is not null)
        {
            yield return (EncryptionKey, key);
        }
        else if (kind is "aws:kms" or "aws:kms:dsse")
        {
            yield return (EncryptionKey, "arn:aws:kms:eu-test-1:000000000000:key/default");
        }
    }
}
