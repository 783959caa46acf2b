namespace Berth.Cli.Management;

/// <summary>Asks people, or reads what another program says in their place.</summary>
internal sealed class Prompt(CliInput input)
{
    /// <summary>Asks for a text.</summary>
    /// <exception cref="CommandException">There is nobody to ask, or no answer.</exception>
    public async Task<string> AskAsync(string question, string otherwise, CancellationToken cancellationToken)
    {
        if (input.HideTyping is null)
            throw new CommandException($"there is no terminal to ask for it: {otherwise}");
        await WriteAsync($"{question}: ");
        return await ReadAsync(cancellationToken);
    }

    /// <summary>Asks for a secret, which is not shown.</summary>
    /// <param name="question">What for.</param>
    /// <param name="fromInput">Whether it comes from another program: the next line of the input.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="CommandException">There is nobody to ask, or no answer.</exception>
    public async Task<string> AskSecretAsync(string question, bool fromInput, CancellationToken cancellationToken)
    {
        if (fromInput)
            return await ReadAsync(cancellationToken);
        if (input.HideTyping is null)
        {
            throw new CommandException(
                "there is no terminal to ask for the password: write it to the input, with --password-stdin");
        }
        // Before it is asked: some type or paste at once.
        using (input.HideTyping())
        {
            await WriteAsync($"{question}: ");
            try
            {
                return await ReadAsync(cancellationToken);
            }
            finally
            {
                await input.Error.WriteLineAsync();
            }
        }
    }

    /// <summary>Asks for a new password, of a person twice.</summary>
    public async Task<string> AskNewPasswordAsync(string question, bool fromInput, CancellationToken cancellationToken)
    {
        var password = await AskSecretAsync(question, fromInput, cancellationToken);
        return fromInput || await AskSecretAsync($"{question}, again", fromInput, cancellationToken) == password
            ? password
            : throw new CommandException("the two passwords differ");
    }

    /// <summary>Asks whether to do what cannot be undone.</summary>
    /// <exception cref="CommandException">No.</exception>
    public async Task ConfirmAsync(string deed, CancellationToken cancellationToken)
    {
        if (input.HideTyping is null)
            throw new CommandException($"there is no terminal to ask whether to {deed}: say so with --yes");
        await WriteAsync($"{PrintableText.Of(deed)}? [y/N] ");
        if (await ReadLineAsync(cancellationToken) is not { } answer || answer.Trim().ToLowerInvariant() is not ("y" or "yes"))
        {
            throw new CommandException("nothing done");
        }
    }

    private async Task WriteAsync(string text)
    {
        await input.Error.WriteAsync(text);
        await input.Error.FlushAsync(CancellationToken.None);
    }

    private async Task<string> ReadAsync(CancellationToken cancellationToken) =>
        await ReadLineAsync(cancellationToken) is { Length: > 0 } text
            ? text
            : throw new CommandException("nothing was entered");

    /// <summary>Waits for a line no longer than the command runs: nothing else ends a read from a terminal.</summary>
    private Task<string?> ReadLineAsync(CancellationToken cancellationToken) =>
        Task.Run(input.Input.ReadLine, CancellationToken.None).WaitAsync(cancellationToken);
}
