namespace Berth.Cli;

/// <summary>What the shell is told.</summary>
internal static class ExitCode
{
    /// <summary>All that the source has is in the destination.</summary>
    public const int Done = 0;

    /// <summary>The command line is wrong, a store cannot be used, or the work broke off.</summary>
    public const int Failed = 1;

    /// <summary>The work is done, but for what was left out and reported.</summary>
    public const int LeftOut = 3;

    /// <summary>It was ended by Ctrl-C or SIGTERM.</summary>
    public const int Cancelled = 130;
}
