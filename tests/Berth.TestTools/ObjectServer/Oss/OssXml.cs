using System.Xml;
using System.Xml.Linq;

namespace Berth.TestTools.ObjectServer;

/// <summary>How OSS writes and reads XML: without a namespace.</summary>
internal static class OssXml
{
    /// <summary>The document of a request.</summary>
    public static XElement Parse(ReadOnlyMemory<byte> body, string name)
    {
        try
        {
            using var reader = XmlReader.Create(
                new MemoryStream(body.ToArray()), new() { DtdProcessing = DtdProcessing.Prohibit, CheckCharacters = false });
            var root = XElement.Load(reader, LoadOptions.PreserveWhitespace);
            return root.Name == name ? root : throw Malformed();
        }
        catch (XmlException)
        {
            throw Malformed();
        }
    }

    public static ServiceException Malformed() => new(400, "MalformedXML", "The XML you provided was not well-formed.");

    /// <summary>A key as the encoding-type of the request wants it.</summary>
    public static string Encode(ServerRequest request, string text) => request.Parameter("encoding-type") switch
    {
        null => text,
        "url" => PercentEncoding.Encode(text),
        var other => throw new ServiceException(
            400, "InvalidArgument", "Invalid encoding type.", ("ArgumentName", "encoding-type"), ("ArgumentValue", other)),
    };

    /// <summary>A number of the query.</summary>
    public static int Number(ServerRequest request, string name, int otherwise, int minimum, int maximum) =>
        request.Parameter(name) is not { } text ? otherwise
            : int.TryParse(
                text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number)
                && number >= minimum && number <= maximum ? number
            : throw new ServiceException(
                400, "InvalidArgument", $"{name} must be a number from {minimum} to {maximum}.",
                ("ArgumentName", name), ("ArgumentValue", text));
}
