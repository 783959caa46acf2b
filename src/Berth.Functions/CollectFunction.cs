using Microsoft.Azure.Functions.Worker;

namespace Berth.Functions;

/// <summary>The timer that collects garbage: of all instances one at a time, as the platform runs timers.</summary>
public sealed class CollectFunction(Registry registry)
{
    /// <summary>
    /// Four times an hour. An app that serves nobody is started for it; where nothing is due it is done after a few dozen reads.
    /// </summary>
    private const string Schedule = "0 */15 * * * *";

    /// <summary>Collects what is due. Never throws.</summary>
    [Function("Collect")]
    public Task RunAsync([TimerTrigger(Schedule)] TimerInfo timer, CancellationToken cancellationToken) =>
        registry.CollectAsync(cancellationToken);
}
