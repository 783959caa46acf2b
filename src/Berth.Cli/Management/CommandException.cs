namespace Berth.Cli.Management;

/// <summary>A command cannot be done. The message is for people, and holds no secret.</summary>
internal sealed class CommandException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>The registry refused a request.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="message">What the registry says of it, for people.</param>
internal sealed class RefusedException(int status, string message) : Exception(message)
{
    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status;
}
