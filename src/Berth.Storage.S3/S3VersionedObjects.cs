using System.Net;
using Amazon.S3;

namespace Berth.Storage.S3;

/// <summary>
/// Small objects whose version is their ETag: created with If-None-Match, replaced with If-Match, deleted with If-Match
/// where the server knows that.
/// </summary>
/// <remarks>
/// <para>Where it does not, a version is deleted by replacing it with an empty object, which is as good as absent: reads
/// and listings pass over it, and creating is replacing it. Whether or not an instance deletes so, it knows those of
/// others.</para>
/// <para>A write whose answer was lost, or that met another one (409), is looked for before it is sent again, so that it
/// does not take its own work for another's: what records write begins with a nonce, so the same bytes are the same
/// write. Where another write has come after it, nobody can tell whether it was done, and it is a
/// <see cref="StorageException"/>.</para>
/// </remarks>
public sealed class S3VersionedObjects : IVersionedObjects
{
    /// <summary>How often a write is sent while others keep getting in its way.</summary>
    private const int MostSendings = 8;

    private readonly S3SmallObjects _objects;
    private readonly bool _deletesUnderCondition;

    internal S3VersionedObjects(S3Bucket bucket)
    {
        _objects = new(bucket);
        _deletesUnderCondition = bucket.Options.ConditionalDeletes ?? bucket.Options.Endpoint is null;
    }

    /// <inheritdoc/>
    public async Task<ObjectContent?> ReadAsync(string key, CancellationToken cancellationToken) =>
        await _objects.ReadAsync(_objects.NameOf(key), cancellationToken) is { Bytes.Length: > 0 } content ? content : null;

    /// <inheritdoc/>
    public async Task<bool> PutAsync(
        string key, ReadOnlyMemory<byte> content, PutCondition condition, CancellationToken cancellationToken)
    {
        var name = _objects.NameOf(key);
        S3SmallObjects.Require(content);
        if (condition.IsNeverDeletedByVersion)
            return await CreateOnceAsync(name, content, cancellationToken);
        if (condition != PutCondition.None)
        {
            return await WriteAsync(
                name, condition, content, (current, token) => _objects.PutOnceAsync(name, content, current, token),
                cancellationToken);
        }

        return await _objects.Tries.RunAsync(
            "write a record", S3Tries.PatienceFor(content.Length),
            async token =>
            {
                await _objects.PutOnceAsync(name, content, PutCondition.None, token);
                return true;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<bool> DeleteAsync(string key, string? version, CancellationToken cancellationToken)
    {
        var name = _objects.NameOf(key);
        if (version is not null)
        {
            return await WriteAsync(
                name, PutCondition.Matches(version), content: default,
                (current, token) => _deletesUnderCondition
                    ? _objects.DeleteOnceAsync(name, version, token)
                    : _objects.PutOnceAsync(name, default, current, token),
                cancellationToken);
        }

        return await _objects.Tries.RunAsync(
            "delete a record", S3Tries.Patience,
            async token =>
            {
                await _objects.DeleteOnceAsync(name, version: null, token);
                return true;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<Page<string>> ListAsync(
        string prefix, string? after, int limit, CancellationToken cancellationToken) =>
        _objects.ListAsync(prefix, after, limit, cancellationToken);

    /// <summary>
    /// Creates an object that needs no second look: a refusal says that there is one, be it from a sending whose answer was
    /// lost.
    /// </summary>
    private Task<bool> CreateOnceAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        _objects.Tries.RunAsync(
            "write a record", S3Tries.PatienceFor(content.Length),
            async token =>
            {
                try
                {
                    await _objects.PutOnceAsync(name, content, PutCondition.Absent, token);
                    return true;
                }
                catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.PreconditionFailed)
                {
                    return false;
                }
            },
            cancellationToken);

    /// <summary>Writes under a condition, until it is known whether that held.</summary>
    /// <param name="name">The object's name in the bucket.</param>
    /// <param name="condition">The condition.</param>
    /// <param name="content">What is written, by which the write is known again; nothing where it deletes.</param>
    /// <param name="write">Sends it once, under the condition as the object that is there needs it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    private async Task<bool> WriteAsync(
        string name, PutCondition condition, ReadOnlyMemory<byte> content,
        Func<PutCondition, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        var current = condition;
        var mayBeDone = false; // by a sending whose answer was lost
        var mayBeThere = false; // the same, or one that was told of another write: what has no name may hide more than that
        for (int sendings = 1, faults = 0; ; sendings++)
        {
            var (end, fault) = await SendAsync(current, content.Length, write, cancellationToken);
            if (end == WriteEnd.Done)
                return true;
            if (end == WriteEnd.Refused && !mayBeThere && !condition.MustBeAbsent && _objects.Form.IsKnown)
                return false;
            mayBeDone |= end == WriteEnd.Unknown;
            mayBeThere |= end is WriteEnd.Unknown or WriteEnd.Crossed;
            faults += end is WriteEnd.Busy or WriteEnd.Unknown ? 1 : 0;

            if (end != WriteEnd.Busy)
            {
                var there = await FindAsync(name, fault, cancellationToken);
                if (mayBeThere && content.Length > 0 && there is not null && there.Bytes.Span.SequenceEqual(content.Span))
                    return true;
                if (end == WriteEnd.Refused && current.Version is { } version && version == there?.Version)
                    _objects.Form.Doubt();
                if (!TryGoOn(condition, there, ref current))
                    return mayBeDone ? throw Ambiguous(fault) : false;
            }

            if (sendings == MostSendings || faults > S3Tries.MaximumRetries)
                throw fault is null ? Contended() : S3Faults.Translate("write a record", fault);
            if (end != WriteEnd.Refused)
                await _objects.Tries.WaitAsync(faults, cancellationToken);
        }
    }

    /// <summary>Whether the condition still holds over what is there, and how that is said to the store.</summary>
    private static bool TryGoOn(PutCondition condition, ObjectContent? there, ref PutCondition current)
    {
        if (!condition.MustBeAbsent)
            return there?.Version == condition.Version;
        current = there is null ? PutCondition.Absent : PutCondition.Matches(there.Version);
        return there is not { Bytes.Length: > 0 };
    }

    private async Task<(WriteEnd End, Exception? Fault)> SendAsync(
        PutCondition condition, int size, Func<PutCondition, CancellationToken, Task> write,
        CancellationToken cancellationToken)
    {
        try
        {
            return await _objects.Tries.OnceAsync<(WriteEnd, Exception?)>(
                S3Tries.PatienceFor(size),
                async token =>
                {
                    await write(condition, token);
                    return (WriteEnd.Done, null);
                },
                cancellationToken);
        }
        catch (AmazonS3Exception e) when (S3Faults.IsRefusal(e))
        {
            return (WriteEnd.Refused, null);
        }
        catch (Exception e) when (S3Faults.IsFault(e))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!S3Faults.IsTransient(e))
                throw S3Faults.Translate("write a record", e);
            return (S3Faults.IsConflict(e) ? WriteEnd.Crossed : S3Faults.IsBusy(e) ? WriteEnd.Busy : WriteEnd.Unknown, e);
        }
    }

    private async Task<ObjectContent?> FindAsync(string name, Exception? fault, CancellationToken cancellationToken)
    {
        try
        {
            return await _objects.Tries.OnceAsync(
                S3Tries.Patience, token => _objects.ReadOnceAsync(name, token), cancellationToken);
        }
        catch (Exception e) when (S3Faults.IsFault(e))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw S3Faults.Translate("find out how a write ended", fault ?? e);
        }
    }

    private static StorageException Ambiguous(Exception? fault)
    {
        const string Text = "S3 lost the answer to a write, and another write has come since";
        return fault is null ? new(Text) : new(Text, fault);
    }

    private static StorageException Contended() =>
        new("S3 refused a write again and again: too many are at the same record") { IsThrottled = true };

    /// <summary>How a sending ended.</summary>
    private enum WriteEnd
    {
        /// <summary>It was done.</summary>
        Done,

        /// <summary>The condition did not hold.</summary>
        Refused,

        /// <summary>It was not done, as another one was at the object.</summary>
        Crossed,

        /// <summary>It was not done, as the service is busy.</summary>
        Busy,

        /// <summary>Nobody knows.</summary>
        Unknown,
    }
}
