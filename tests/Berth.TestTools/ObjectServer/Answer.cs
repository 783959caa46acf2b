using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace Berth.TestTools.ObjectServer;

/// <summary>What a server answers, before it is sent: a fault may still take its place.</summary>
internal sealed class Answer(int status)
{
    public int Status { get; } = status;

    public List<(string Name, string Value)> Headers { get; } = [];

    /// <summary>The body in pieces.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Body { get; init; } = [];

    /// <summary>The length that is said, for an answer to HEAD, whose body is not sent.</summary>
    public long? Length { get; init; }

    public static Answer Xml(int status, XElement document)
    {
        using var buffer = new MemoryStream();
        // Keys may hold characters that XML has no way to write; the services write them all the same.
        using (var writer = XmlWriter.Create(
            buffer, new() { Encoding = new UTF8Encoding(false), CheckCharacters = false, NewLineHandling = NewLineHandling.None }))
        {
            document.Save(writer);
        }

        return new Answer(status) { Body = [buffer.ToArray()] }.With("Content-Type", "application/xml");
    }

    public Answer With(string name, string value)
    {
        Headers.Add((name, value));
        return this;
    }

    public Answer With(IEnumerable<(string Name, string Value)> headers)
    {
        Headers.AddRange(headers);
        return this;
    }
}
