namespace Berth.Hosting;

/// <summary>The host cannot start as it was told to. The message is one line and names the setting.</summary>
public sealed class SettingsException(string message, Exception? innerException = null)
    : Exception(message.ReplaceLineEndings(" "), innerException);
