using Berth.Server.Configuration;

namespace Berth.Server;

/// <summary>
/// The end of the host, in order: orchestrators are told at once that no request should come; those that come all the same are
/// answered for a while; then nobody listens any more, and running requests have the rest of the time. Uploads are ended a little
/// before that, so that what came of them is saved.
/// </summary>
internal sealed class GracefulDrain(ServerOptions options) : IHostedLifecycleService, IDisposable
{
    private static readonly TimeSpan MostForSaving = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stopped = new();

    /// <summary>What is told. Set once there is one.</summary>
    public RegistryHandler? Handler { get; set; }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Runs before the server stops to listen.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        if (Handler is null)
            return;
        Handler.Drain();
        _ = EndUploadsAsync(Handler);
        var half = options.ShutdownTimeout / 2; // the other half is for those that run
        var delay = options.DrainDelay < half ? options.DrainDelay : half;
        await Task.Delay(delay, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => _stopped.CancelAsync();

    public void Dispose() => _stopped.Dispose();

    private async Task EndUploadsAsync(RegistryHandler handler)
    {
        var timeout = options.ShutdownTimeout;
        var saving = timeout / 3 < MostForSaving ? timeout / 3 : MostForSaving;
        await Task.Delay(timeout - saving, _stopped.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_stopped.IsCancellationRequested)
            handler.EndUploads();
    }
}
