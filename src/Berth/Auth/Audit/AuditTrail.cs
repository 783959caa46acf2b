using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;

namespace Berth.Auth.Audit;

/// <summary>Writes the event of each request that has one, before its answer leaves.</summary>
/// <remarks>
/// What cannot be written is logged and changes nothing: what was pushed stays pushed. Refusals of wrong credentials cost
/// whoever sends them nothing, so that one address has no more than 60 of them written in a minute by a process; 429 is no event.
/// </remarks>
internal sealed partial class AuditTrail : IDisposable
{
    private const int MostRefusals = 60;
    private const int MostAddresses = 10_000;

    /// <summary>How long an answer waits for its event to be written.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly AuditLog _log;
    private readonly AuditOptions _options;
    private readonly IReadOnlyList<IPNetwork> _proxies;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _end = new();
    private readonly byte[] _key = Fingerprint.NewKey();
    private readonly LeakyBuckets _refusals = new(MostRefusals, TimeSpan.FromMinutes(1), MostAddresses);

    /// <summary>The day that this process has put into the list of days: it does so again after a restart.</summary>
    private DateOnly _day;

    /// <param name="log">Where events are kept.</param>
    /// <param name="options">For how long.</param>
    /// <param name="proxies">Who is believed about a client's address.</param>
    /// <param name="time">Tells when things happen.</param>
    /// <param name="logger">Takes what cannot be written.</param>
    public AuditTrail(
        AuditLog log, AuditOptions options, IReadOnlyList<IPNetwork> proxies, TimeProvider time, ILogger logger) =>
        (_log, _options, _proxies, _time, _logger) = (log, options, proxies, time, logger);

    /// <summary>The removal of old days that was begun last.</summary>
    internal Task Removal { get; private set; } = Task.CompletedTask;

    /// <summary>Writes the event of a request, if it has one that was not written yet. Never throws.</summary>
    /// <param name="request">The request.</param>
    /// <param name="status">The status of its answer.</param>
    public async Task TellAsync(RegistryRequest request, int status)
    {
        var facts = AuditFacts.Of(request.Context);
        if (facts.IsTold)
        {
            return;
        }
        facts.IsTold = true;
        if (request.Route is not { } route || AuditEvents.Find(request, route, facts, status) is not { } found)
        {
            return;
        }
        var now = _time.GetUtcNow();
        var address = ClientAddress.Of(request.Context, _proxies)?.ToString();
        if (facts.Caller is null && !MayTell(address, now))
        {
            return;
        }
        try
        {
            using var limit = new CancellationTokenSource(Patience, _time);
            await BeginDayAsync(DateOnly.FromDateTime(now.UtcDateTime), limit.Token);
            await _log.AddAsync(found with { Time = now, Address = address }, limit.Token);
        }
        catch (Exception exception)
        {
            Lost(_logger, exception, found.Action, request.Context.TraceIdentifier);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Cancel();
        _end.Dispose();
    }

    private bool MayTell(string? address, DateTimeOffset now)
    {
        var key = Fingerprint.Of(_key, address ?? "");
        lock (_refusals)
        {
            if (_refusals.Wait(key, now) > TimeSpan.Zero)
            {
                return false;
            }
            _refusals.Add(key, now);
            return true;
        }
    }

    /// <summary>With its first event of a day a process also removes the days that are to be forgotten, beside the request.</summary>
    private async Task BeginDayAsync(DateOnly day, CancellationToken cancellationToken)
    {
        if (_day == day)
        {
            return;
        }
        await _log.EnsureDayAsync(day, cancellationToken);
        _day = day;
        using (ExecutionContext.SuppressFlow()) // it is no storage call of this request
        {
            Removal = Task.Run(() => RemoveAsync(day.AddDays(-_options.Days)), CancellationToken.None);
        }
    }

    private async Task RemoveAsync(DateOnly first)
    {
        try
        {
            await _log.RemoveBeforeAsync(first, _end.Token);
        }
        catch (Exception exception)
        {
            NotRemoved(_logger, exception, first.ToString("o", CultureInfo.InvariantCulture));
        }
    }

    [LoggerMessage(1, LogLevel.Error, "The audit lacks an event: {Action} of request {RequestId}")]
    private static partial void Lost(ILogger logger, Exception exception, string action, string requestId);

    [LoggerMessage(2, LogLevel.Warning, "Audit events before {Day} could not all be removed; the next day goes on")]
    private static partial void NotRemoved(ILogger logger, Exception exception, string day);
}
