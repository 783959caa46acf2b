namespace Berth.Server;

/// <summary>What the host itself logs.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(1, LogLevel.Warning, "{Warning}")]
    public static partial void Unused(this ILogger logger, string warning);

    [LoggerMessage(2, LogLevel.Warning, "This registry has no logins: anyone who can reach {Address} may {Rights}")]
    public static partial void Anonymous(this ILogger logger, string address, string rights);

    [LoggerMessage(3, LogLevel.Information, "Berth is stopping; running requests have {Timeout}")]
    public static partial void Stopping(this ILogger logger, TimeSpan timeout);
}
