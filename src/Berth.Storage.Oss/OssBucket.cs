using System.Buffers;
using Aliyun.OSS;
using Aliyun.OSS.Common;

namespace Berth.Storage.Oss;

/// <summary>Calls to one bucket: who makes them, on which threads, how often, and when to give up.</summary>
/// <remarks>
/// The SDK blocks. Small calls have threads, connections and time-outs apart from those that carry bodies, so that slow
/// uploads leave the others alone. The SDK itself sends nothing twice over HttpClient, on which it runs here: retries are
/// those below, each with a body read anew.
/// </remarks>
internal sealed class OssBucket
{
    /// <summary>Bodies of more than this go among the large ones, in bytes.</summary>
    private const int LargeBody = 1024 * 1024;

    private const int MaximumTries = 3;

    /// <summary>How long one try may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>How long one try may take that sends a large body.</summary>
    private static readonly TimeSpan PatienceForLargeBodies = TimeSpan.FromSeconds(45);

    /// <summary>The client's own time-outs come first; past them it hangs in an answer's body.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(250);

    private readonly OssStorageOptions _options;
    private readonly OssAddresses _addresses;
    private readonly TimeProvider _time;
    private readonly Lane _small;
    private readonly Lane _large;
    private readonly Lazy<OssClient> _signer;

    public OssBucket(OssStorageOptions options, TimeProvider time)
    {
        if (!OssAddresses.TryCreate(options, out var addresses, out var problem))
            throw new ArgumentException($"{problem.Option}: {problem.Reason}", nameof(options));
        (_options, _addresses, _time) = (options, addresses, time);
        Folder = options.Prefix.Length == 0 ? "" : options.Prefix + "/";
        _small = NewLane("berth-oss", most: 32, mostWaiting: 512, Patience);
        _large = NewLane("berth-oss-large", most: 16, mostWaiting: 64, PatienceForLargeBodies);
        _signer = new(() => NewClient(addresses.Public, Patience));
    }

    /// <summary>The bucket's name.</summary>
    public string Name => _options.Bucket;

    /// <summary>What all names begin with: empty, or ending with a slash.</summary>
    public string Folder { get; }

    /// <summary>Signs for the address that clients reach. Makes no call.</summary>
    public OssClient Signer => _signer.Value;

    public TimeProvider Time => _time;

    /// <summary>How long a caller waits for the next bytes of an answer's body.</summary>
    public static TimeSpan LongestStall => TimeSpan.FromSeconds(30);

    /// <summary>Makes a call that may be made again.</summary>
    /// <param name="what">The call in words, for the log.</param>
    /// <param name="call">The call; what it throws for an answer that it expects comes out as it is.</param>
    /// <param name="isExpected">Which of the service's codes those are.</param>
    /// <param name="cancellationToken">Ends the waiting for it.</param>
    /// <exception cref="StorageException">It failed.</exception>
    /// <exception cref="ServiceException">The service answered what was expected.</exception>
    public Task<T> CallAsync<T>(
        string what, Func<OssClient, T> call, Func<string, bool>? isExpected, CancellationToken cancellationToken) =>
        RetryAsync(what, isExpected, () => _small.RunAsync(call, cancellationToken), cancellationToken);

    /// <summary>Makes a call once, that must not be made again.</summary>
    public async Task CallOnceAsync<T>(string what, Func<OssClient, T> call, CancellationToken cancellationToken)
    {
        try
        {
            await _small.RunAsync(call, cancellationToken);
        }
        catch (Exception e) when (OssFaults.IsFault(e))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw OssFaults.Translate(what, e);
        }
    }

    /// <summary>Makes a call with a body, that may be made again.</summary>
    /// <param name="what">The call in words, for the log.</param>
    /// <param name="content">The body; it is not touched once the call has ended.</param>
    /// <param name="call">The call, with the body to send.</param>
    /// <param name="isExpected">Which of the service's codes come out as they are.</param>
    /// <param name="cancellationToken">Ends the waiting for it.</param>
    public Task<T> SendAsync<T>(
        string what, ReadOnlySequence<byte> content, Func<OssClient, Stream, T> call, Func<string, bool>? isExpected,
        CancellationToken cancellationToken) =>
        RetryAsync(what, isExpected, () => SendOnceAsync(content, call, cancellationToken), cancellationToken);

    /// <summary>Makes a call with a body once. Its exceptions are the SDK's.</summary>
    public async Task<T> SendOnceAsync<T>(
        ReadOnlySequence<byte> content, Func<OssClient, Stream, T> call, CancellationToken cancellationToken)
    {
        // A thread that still sends when its caller has left finds the stream disposed: the buffers are another's then.
        await using var body = new SequenceStream(content);
        var lane = content.Length > LargeBody ? _large : _small;
        return await lane.RunAsync(client => call(client, body), cancellationToken);
    }

    /// <summary>Waits before a try.</summary>
    /// <param name="tries">How many there were.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public Task WaitAsync(int tries, CancellationToken cancellationToken) =>
        Task.Delay(FirstWait * (1 << Math.Min(tries - 1, 3)) * (0.75 + (Random.Shared.NextDouble() / 2)), _time, cancellationToken);

    private async Task<T> RetryAsync<T>(
        string what, Func<string, bool>? isExpected, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await call();
            }
            catch (Exception e) when (
                OssFaults.IsFault(e) && !(OssFaults.Code(e) is { } code && isExpected?.Invoke(code) == true))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (tries == MaximumTries || !OssFaults.IsPassing(e))
                    throw OssFaults.Translate(what, e);
            }

            await WaitAsync(tries, cancellationToken);
        }
    }

    private Lane NewLane(string name, int most, int mostWaiting, TimeSpan patience) => new(
        new(() => NewClient(_addresses.Registry, patience)),
        new(name, most, mostWaiting, Patience, patience + Grace, _time));

    private OssClient NewClient(OssAddress address, TimeSpan patience)
    {
        var configuration = new ClientConfiguration
        {
            ConnectionTimeout = (int)patience.TotalMilliseconds,
            IsCname = address.IsBucketsOwn,
            SignatureVersion = SignatureVersion.V4,
        };
        var client = new OssClient(
            address.Uri, _options.AccessKeyId, _options.AccessKeySecret, _options.SecurityToken, configuration);
        client.SetRegion(_addresses.Region);
        return client;
    }

    /// <summary>Threads, and a client whose connections and time-outs are theirs.</summary>
    private sealed record Lane(Lazy<OssClient> Client, BlockingCalls Calls)
    {
        public Task<T> RunAsync<T>(Func<OssClient, T> call, CancellationToken cancellationToken) =>
            Calls.RunAsync(() => call(Client.Value), cancellationToken);
    }
}
