namespace Berth.TestTools.Proxies;

/// <summary>What befalls a request on its way to a service, or the answer on its way back.</summary>
public enum FaultKind
{
    /// <summary>The connection ends; the service never hears of it.</summary>
    Refused,

    /// <summary>The service does it; the connection ends before its answer.</summary>
    AnswerLost,

    /// <summary>500; the service never hears of it.</summary>
    Error500,

    /// <summary>503 with a Retry-After of 1 s; the service never hears of it.</summary>
    Busy503,

    /// <summary>429 with a Retry-After of 5 s, more than clients of a store wait; the service never hears of it.</summary>
    Throttled429,

    /// <summary>The service does it; 500 takes the place of its answer.</summary>
    DoneBut500,

    /// <summary>The answer waits for <see cref="FaultScript.Delay"/>.</summary>
    SlowAnswer,

    /// <summary>The request waits for <see cref="FaultScript.Delay"/>, and is forgotten where its sender leaves meanwhile.</summary>
    SlowRequest,

    /// <summary>Half of the answer's body arrives; without a body, nothing of the answer.</summary>
    AnswerCut,

    /// <summary>Half of the request's body arrives at the service; without a body, nothing of the request.</summary>
    RequestCut,

    /// <summary>The service gets the request twice, and its first answer is passed on.</summary>
    Duplicate,

    /// <summary>The service gets the request twice, and its second answer is passed on: a proxy that tries again.</summary>
    Repeated,

    /// <summary>409 in the service's words; it never hears of the request.</summary>
    Conflict409,

    /// <summary>412 in the service's words; it never hears of the request.</summary>
    Precondition412,

    /// <summary>404 in HTML, from a proxy that has lost its way; the service never hears of the request.</summary>
    Stray404,
}
