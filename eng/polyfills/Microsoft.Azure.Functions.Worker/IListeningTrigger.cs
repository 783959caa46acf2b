namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>A trigger for which the host listens itself, where HTTP requests come to the worker.</summary>
internal interface IListeningTrigger
{
    /// <summary>What a function takes that has it.</summary>
    Type ParameterType { get; }

    /// <summary>What it is given when somebody runs it by hand.</summary>
    object ManualValue { get; }

    /// <summary>Listens until it is told to stop.</summary>
    /// <param name="invoke">Runs the function with what it takes. Never throws.</param>
    /// <param name="stop">Ends it.</param>
    Task ListenAsync(Func<object, Task> invoke, CancellationToken stop);
}
