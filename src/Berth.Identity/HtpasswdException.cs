namespace Berth.Identity;

/// <summary>An htpasswd file cannot be used. The message names the line and nothing of what it holds.</summary>
public sealed class HtpasswdException(string message, Exception? innerException = null) : Exception(message, innerException);
