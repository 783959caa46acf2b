namespace Berth.TestTools.ObjectServer;

/// <summary>A request that a server refuses, as its error document says it.</summary>
/// <param name="status">The status of HTTP.</param>
/// <param name="code">The error's code, such as NoSuchKey.</param>
/// <param name="message">What it says to a person.</param>
/// <param name="details">Further elements of the document.</param>
internal sealed class ServiceException(
    int status, string code, string message, params (string Name, string Value)[] details) : Exception(message)
{
    public int Status { get; } = status;

    public string Code { get; } = code;

    public IReadOnlyList<(string Name, string Value)> Details { get; } = details;
}
