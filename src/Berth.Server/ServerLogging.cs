namespace Berth.Server;

/// <summary>The log of the host: lines on the console.</summary>
internal sealed class ServerLogging
{
    /// <param name="least">The least that is logged.</param>
    public ServerLogging(LogLevel least) => Factory = LoggerFactory.Create(logging => logging
        .SetMinimumLevel(least)
        .AddFilter("Microsoft", level => HasStarted && level >= LogLevel.Warning)
        .AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        }));

    public ILoggerFactory Factory { get; }

    /// <summary>Set once it listens: ASP.NET's own account of a failed start, with its stack trace, stays out of the log.</summary>
    public bool HasStarted { get; set; }
}
