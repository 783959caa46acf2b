using System.Globalization;
using System.Security.Cryptography;
using Berth.Storage;
using Berth.Stores;

namespace Berth.Auth.Audit;

/// <summary>The events in the record store: a partition for each day, newest first, and a list of the days.</summary>
internal sealed class AuditLog(IRecordStore records)
{
    /// <summary>How many rows are read at a time, and deleted at most by one removal of old days.</summary>
    private const int Batch = 500;
    private const int MostRemoved = 100_000;

    /// <summary>How many reads one search makes at most: a day without events costs one too.</summary>
    private const int MostPages = 20;

    /// <summary>Less than the row of any event.</summary>
    private const string BeforeAll = "0";

    /// <summary>Writes one event: one call.</summary>
    public Task AddAsync(AuditRecord record, CancellationToken cancellationToken) => records.PutAsync(
        RecordLayout.AuditEvent(record.Time, RandomNumberGenerator.GetHexString(8, lowercase: true)),
        BerthJson.Write(record, BerthJson.Instance.AuditRecord), cancellationToken);

    /// <summary>Puts a day into the list of days.</summary>
    public Task EnsureDayAsync(DateOnly day, CancellationToken cancellationToken) =>
        records.EnsureAsync(RecordLayout.AuditDay(day), ReadOnlyMemory<byte>.Empty, cancellationToken);

    /// <summary>
    /// Finds events, newest first. One call looks at no more than some 10,000 of them: it may find fewer than are wanted, even
    /// none, and say where to go on.
    /// </summary>
    /// <param name="query">Which ones.</param>
    /// <param name="count">How many at most, 1 or more.</param>
    /// <param name="after">Where the last answer ended; <see langword="null"/> for the newest.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<AuditResult> FindAsync(
        AuditQuery query, int count, AuditPosition? after, CancellationToken cancellationToken)
    {
        var found = new List<AuditRecord>();
        var calls = 0;
        var days = await ListDaysAsync(cancellationToken);
        foreach (var day in days.Reverse().Where(day => query.Matches(day) && !(day > after?.Day)))
        {
            var row = day == after?.Day ? after.Value.Row : BeforeAll;
            for (var more = true; more;)
            {
                if (calls++ == MostPages)
                {
                    return new(found, new(day, row));
                }
                var page = await records.ListAsync(RecordLayout.AuditEvents(day), row, Batch, cancellationToken);
                more = page.More && page.Items.Count > 0;
                foreach (var entry in page.Items)
                {
                    row = entry.Row;
                    var one = BerthJson.Read(entry.Value.Span, BerthJson.Instance.AuditRecord);
                    if (query.Matches(one))
                    {
                        found.Add(one);
                    }
                    if (found.Count == count)
                    {
                        return new(found, new(day, row));
                    }
                }
            }
        }
        return new(found, Next: null);
    }

    /// <summary>
    /// Deletes the days before one, oldest first, but no more than 100,000 events: the next removal goes on. Several at the same
    /// time do no harm.
    /// </summary>
    public async Task RemoveBeforeAsync(DateOnly first, CancellationToken cancellationToken)
    {
        var left = MostRemoved;
        foreach (var day in (await ListDaysAsync(cancellationToken)).Where(day => day < first))
        {
            var partition = RecordLayout.AuditEvents(day);
            for (var more = true; more && left > 0; left -= Batch)
            {
                var page = await records.ListRowsAsync(partition, after: null, Batch, cancellationToken);
                await Parallel.ForEachAsync(
                    page.Items, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = cancellationToken },
                    async (row, stop) => await records.DeleteAsync(new(partition, row), version: null, stop));
                more = page.More;
            }
            if (left <= 0)
            {
                return;
            }
            await records.DeleteAsync(RecordLayout.AuditDay(day), version: null, cancellationToken);
        }
    }

    /// <summary>The days that have events, oldest first, at most 1,000.</summary>
    private async Task<IReadOnlyList<DateOnly>> ListDaysAsync(CancellationToken cancellationToken)
    {
        var page = await records.ListRowsAsync(RecordLayout.AuditDays, after: null, limit: 1000, cancellationToken);
        return [.. page.Items.Select(row => DateOnly.ParseExact(row, RecordLayout.DayFormat, CultureInfo.InvariantCulture))];
    }
}
