using System.Globalization;
using System.Text;

namespace Berth.Guarantees.Tests.Promises;

/// <summary>An image manifest over blobs.</summary>
internal sealed class TestManifest
{
    public const string MediaType = "application/vnd.oci.image.manifest.v1+json";

    /// <summary>Makes one.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="layers">The layers.</param>
    /// <param name="subject">What it refers to.</param>
    /// <param name="padding">How many characters an annotation has, to make it large.</param>
    public TestManifest(byte[] config, byte[][] layers, TestManifest? subject = null, int padding = 0)
    {
        var text = new StringBuilder("{\"schemaVersion\":2,\"mediaType\":\"").Append(MediaType).Append("\",\"config\":")
            .Append(Describe("application/vnd.oci.image.config.v1+json", BlobPush.DigestOf(config), config.Length))
            .Append(",\"layers\":[")
            .AppendJoin(',', layers.Select(layer => Describe(
                "application/vnd.oci.image.layer.v1.tar+gzip", BlobPush.DigestOf(layer), layer.Length)))
            .Append(']');
        if (subject is not null)
            text.Append(",\"subject\":").Append(Describe(MediaType, subject.Digest, subject.Bytes.Length));
        if (padding > 0)
            text.Append(",\"annotations\":{\"padding\":\"").Append('x', padding).Append("\"}");
        Bytes = Encoding.UTF8.GetBytes(text.Append('}').ToString());
        Digest = BlobPush.DigestOf(Bytes);
        Subject = subject?.Digest;
    }

    public byte[] Bytes { get; }

    public string Digest { get; }

    /// <summary>The digest of what it refers to.</summary>
    public string? Subject { get; }

    private static string Describe(string mediaType, string digest, int size) => string.Create(
        CultureInfo.InvariantCulture, $"{{\"mediaType\":\"{mediaType}\",\"digest\":\"{digest}\",\"size\":{size}}}");
}
