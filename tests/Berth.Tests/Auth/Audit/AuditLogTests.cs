using Berth.Auth.Audit;
using Berth.Storage;
using Berth.Stores;

namespace Berth.Tests.Auth.Audit;

/// <summary>Events in the record store: found again newest first, a page at a time, and forgotten in the end.</summary>
public sealed class AuditLogTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly MemoryRecords _records = new();
    private readonly AuditLog _log;

    public AuditLogTests() => _log = new(_records);

    [Fact]
    public async Task Events_are_found_newest_first_over_several_days()
    {
        foreach (var hours in new[] { 0, 30, 1, 72, 31 })
        {
            await AddAsync(Start.AddHours(hours), "push");
        }

        var found = await FindAsync(new(), 10);

        Assert.Equal([72, 31, 30, 1, 0], found.Select(one => (one.Time - Start).TotalHours));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public async Task Pages_together_are_the_whole(int size)
    {
        for (var i = 0; i < 20; i++)
        {
            await AddAsync(Start.AddHours(5 * i), i % 3 == 0 ? "delete" : "push");
        }
        var query = new AuditQuery { Action = "push" };
        var pages = new List<AuditRecord>();
        AuditPosition? next = null;
        for (var i = 0; i < 30; i++)
        {
            var page = await _log.FindAsync(query, size, next, CancellationToken.None);
            Assert.InRange(page.Events.Count, 0, size);
            pages.AddRange(page.Events);
            if (page.Next is not { } more)
            {
                break;
            }
            Assert.True(AuditPosition.TryParse(more.ToString(), out var position));
            next = position;
        }

        Assert.Equal(await FindAsync(query, 1000), pages);
        Assert.Equal(13, pages.Count);
    }

    [Fact]
    public async Task A_search_reads_no_more_than_it_may_and_says_where_to_go_on()
    {
        for (var day = 0; day < 45; day++)
        {
            await AddAsync(Start.AddDays(day), day == 0 ? "delete" : "push");
        }
        var query = new AuditQuery { Action = "delete" };

        var first = await _log.FindAsync(query, 10, after: null, CancellationToken.None);
        Assert.Empty(first.Events);
        var second = await _log.FindAsync(query, 10, first.Next, CancellationToken.None);
        Assert.Empty(second.Events);
        var third = await _log.FindAsync(query, 10, second.Next, CancellationToken.None);

        Assert.Single(third.Events);
        Assert.Null(third.Next);
    }

    [Fact]
    public async Task Days_without_events_do_not_end_a_search()
    {
        await AddAsync(Start, "push");
        for (var day = 1; day < 30; day++)
        {
            await _log.EnsureDayAsync(DateOnly.FromDateTime(Start.AddDays(day).Date), CancellationToken.None);
        }

        var first = await _log.FindAsync(new(), 10, after: null, CancellationToken.None);
        var second = await _log.FindAsync(new(), 10, first.Next, CancellationToken.None);

        Assert.Empty(first.Events);
        Assert.Single(second.Events);
    }

    [Fact]
    public async Task Filters_leave_out_what_was_not_asked_for()
    {
        var one = await AddAsync(Start, "push", e => e with { Principal = "user:accounts:a", Repository = "p/r", Project = "p" });
        var two = await AddAsync(Start.AddHours(1), "login", e => e with { Name = "a", Decision = "refused" });

        Assert.Equal([one], await FindAsync(new() { Principal = "user:accounts:a" }, 10));
        Assert.Equal([two], await FindAsync(new() { Principal = "a" }, 10));
        Assert.Equal([one], await FindAsync(new() { Repository = "p/r" }, 10));
        Assert.Equal([one], await FindAsync(new() { Project = "p" }, 10));
        Assert.Equal([two], await FindAsync(new() { Decision = "refused" }, 10));
        Assert.Equal([two], await FindAsync(new() { From = Start.AddMinutes(1) }, 10));
        Assert.Equal([two], await FindAsync(new() { From = Start.AddHours(1) }, 10));
        Assert.Equal([one], await FindAsync(new() { To = Start.AddHours(1) }, 10));
        Assert.Empty(await FindAsync(new() { To = Start.AddDays(-1) }, 10));
    }

    [Fact]
    public async Task Old_days_are_forgotten_whole_and_others_are_not_touched()
    {
        for (var i = 0; i < 1200; i++)
        {
            await AddAsync(Start.AddSeconds(i), "push");
        }
        await AddAsync(Start.AddDays(1), "push");

        await _log.RemoveBeforeAsync(DateOnly.FromDateTime(Start.AddDays(1).Date), CancellationToken.None);

        Assert.Equal(Start.AddDays(1), Assert.Single(await FindAsync(new(), 2000)).Time);
        var rows = await _records.ListRowsAsync(RecordLayout.AuditEvents(new(2026, 1, 2)), null, 10, CancellationToken.None);
        Assert.Empty(rows.Items);
    }

    [Theory]
    [InlineData("")]
    [InlineData("20260102")]
    [InlineData("20261302.1-a")]
    [InlineData("20260102.")]
    [InlineData("20260102.a/b")]
    [InlineData("20260102.a.b")]
    public void What_is_no_position_is_refused(string text) => Assert.False(AuditPosition.TryParse(text, out _));

    private async Task<IReadOnlyList<AuditRecord>> FindAsync(AuditQuery query, int count) =>
        (await _log.FindAsync(query, count, after: null, CancellationToken.None)).Events;

    private async Task<AuditRecord> AddAsync(
        DateTimeOffset time, string action, Func<AuditRecord, AuditRecord>? change = null)
    {
        var one = new AuditRecord
        {
            Time = time,
            RequestId = "r",
            Action = action,
            Decision = "allowed",
            Rule = "",
            Status = 200,
            Method = "none",
        };
        one = change?.Invoke(one) ?? one;
        await _log.EnsureDayAsync(DateOnly.FromDateTime(time.Date), CancellationToken.None);
        await _log.AddAsync(one, CancellationToken.None);
        return one;
    }
}
