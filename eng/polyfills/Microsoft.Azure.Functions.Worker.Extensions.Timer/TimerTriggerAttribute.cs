using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.Azure.Functions.Worker.Extensions.Timer;

namespace Microsoft.Azure.Functions.Worker;

public sealed class TimerTriggerAttribute(string schedule) : TriggerBindingAttribute, IListeningTrigger
{
    public string Schedule { get; private set; } = schedule;

    public bool UseMonitor { get; set; } = true;

    public bool RunOnStartup { get; set; }

    Type IListeningTrigger.ParameterType => typeof(TimerInfo);

    object IListeningTrigger.ManualValue => new TimerInfo();

    Task IListeningTrigger.ListenAsync(Func<object, Task> invoke, CancellationToken stop) =>
        new TimerListener(CronSchedule.Parse(Schedule), RunOnStartup).RunAsync(invoke, TimeProvider.System, stop);
}
