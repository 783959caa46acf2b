using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace Berth.TestTools.ObjectServer;

/// <summary>How S3 writes and reads XML.</summary>
internal static class S3Xml
{
    public static readonly XNamespace Namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

    public static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static string Quoted(string etag) => $"\"{etag}\"";

    /// <summary>Without the quotes, which clients may leave out.</summary>
    public static string Unquoted(string etag) => etag.Trim().Trim('"');

    /// <summary>The document of a request: its elements have S3's namespace or none.</summary>
    /// <exception cref="ServiceException">It is no document of that name.</exception>
    public static XElement Parse(ReadOnlyMemory<byte> body, string name)
    {
        try
        {
            using var reader = XmlReader.Create(
                new MemoryStream(body.ToArray()), new() { DtdProcessing = DtdProcessing.Prohibit, CheckCharacters = false });
            var root = XElement.Load(reader, LoadOptions.PreserveWhitespace);
            foreach (var element in root.DescendantsAndSelf())
            {
                if (element.Name.Namespace != Namespace && element.Name.Namespace != XNamespace.None)
                {
                    throw Malformed();
                }

                element.Name = element.Name.LocalName;
            }

            return root.Name == name ? root : throw Malformed();
        }
        catch (XmlException)
        {
            throw Malformed();
        }
    }

    public static ServiceException Malformed() => new(
        400, "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema");

    /// <summary>S3 knows a header that this server, or the one that it stands for, does not.</summary>
    public static ServiceException NotImplemented(string header) => new(
        501, "NotImplemented", $"A header you provided implies functionality that is not implemented: {header}", ("Header", header));

    public static ServiceException InvalidArgument(string name, string? value, string message) =>
        new(400, "InvalidArgument", message, ("ArgumentName", name), ("ArgumentValue", value ?? ""));
}
