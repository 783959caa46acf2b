namespace Berth.Guarantees.Tests.Promises;

/// <summary>The registry did not keep a promise.</summary>
public sealed class PromiseBrokenException(string message) : Exception(message);
