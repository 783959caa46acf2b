namespace Berth.TestTools.ObjectServer;

/// <summary>Something that goes wrong with a request although its client did everything right.</summary>
public sealed record Fault
{
    private Fault()
    {
    }

    /// <summary>Whether the request is carried out all the same.</summary>
    internal bool IsDone { get; private init; }

    /// <summary>What the answer waits for, once the request was or was not carried out.</summary>
    internal Func<CancellationToken, Task>? Wait { get; private init; }

    /// <summary>The error that takes the place of the answer.</summary>
    internal (int Status, string Code, int? RetryAfter)? Said { get; private init; }

    /// <summary>Whether the error stands in the body of an answer of 200.</summary>
    internal bool IsInBody { get; private init; }

    /// <summary>How many bytes of the answer's body are sent before the connection is dropped; negative: not even a status.</summary>
    internal long? SentBytes { get; private init; }

    /// <summary>An error; nothing was done.</summary>
    /// <param name="status">Such as 503.</param>
    /// <param name="code">Such as SlowDown.</param>
    /// <param name="retryAfter">The seconds of a Retry-After header, if there is to be one.</param>
    public static Fault Error(int status, string code, int? retryAfter = null) => new() { Said = (status, code, retryAfter) };

    /// <summary>An error, but the request was carried out.</summary>
    public static Fault ErrorAfterDone(int status, string code) => new() { IsDone = true, Said = (status, code, null) };

    /// <summary>An answer of 200 whose body is an error, as CompleteMultipartUpload may have it; nothing was done.</summary>
    public static Fault ErrorInBody(string code) => new() { Said = (200, code, null), IsInBody = true };

    /// <summary>The connection ends without an answer; nothing was done.</summary>
    public static Fault Drop() => new() { SentBytes = -1 };

    /// <summary>
    /// The connection ends without an answer, but the request was carried out. AWSSDK.Core 4.0 sends a request again, without a
    /// limit and whatever MaxErrorRetry says, when it finds a SocketException of a reset connection inside the exception of its
    /// HttpClient [measured]: only a handler that throws another exception shows this fault to its caller.
    /// </summary>
    public static Fault DropAfterDone() => new() { IsDone = true, SentBytes = -1 };

    /// <summary>The connection ends when so many bytes of the body were sent.</summary>
    public static Fault Truncate(long bytes) => new() { IsDone = true, SentBytes = bytes };

    /// <summary>The request is carried out only when a task of the test's ends, or its client went away.</summary>
    public static Fault Hold(Task until) => new() { IsDone = true, Wait = until.WaitAsync };

    /// <summary>The request is carried out only after some time.</summary>
    public static Fault Delay(TimeSpan time) => new() { IsDone = true, Wait = cancellation => Task.Delay(time, cancellation) };

    /// <summary>The request is carried out, but answered only when a task of the test's ends, or its client went away.</summary>
    public static Fault HoldAnswer(Task until) => new() { IsDone = true, Wait = until.WaitAsync, IsWaitAfter = true };

    /// <summary>Whether to wait after the request was carried out and not before.</summary>
    internal bool IsWaitAfter { get; private init; }
}
