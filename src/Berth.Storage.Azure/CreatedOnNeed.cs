using Azure;

namespace Berth.Storage.Azure;

/// <summary>A container or a table that the first write creates, where that is allowed.</summary>
/// <param name="name">What it is, with its name, for messages.</param>
/// <param name="mayCreate">Whether it is created; where not, one that is missing is a fault.</param>
/// <param name="isMissing">Whether a refusal means that it is missing.</param>
/// <param name="create">Creates it unless it is there.</param>
internal sealed class CreatedOnNeed(
    string name, bool mayCreate, Func<RequestFailedException, bool> isMissing, Func<CancellationToken, Task> create)
{
    /// <summary>Makes a call for what is in it.</summary>
    /// <param name="what">The call in words, for the log.</param>
    /// <param name="refused">The answer where it is missing, or the call is refused.</param>
    /// <param name="isRefusal">Which refusals are an answer.</param>
    /// <param name="call">The call.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<T> ReadAsync<T>(
        string what, T refused, Func<RequestFailedException, bool> isRefusal, Func<Task<T>> call,
        CancellationToken cancellationToken) =>
        AzureFaults.TranslateAsync(
            what,
            async () =>
            {
                try
                {
                    return await call();
                }
                catch (RequestFailedException e) when (isRefusal(e))
                {
                    return refused;
                }
                catch (RequestFailedException e) when (isMissing(e))
                {
                    return mayCreate ? refused : throw NotToBeCreated(e);
                }
            },
            cancellationToken);

    /// <summary>Makes a call that writes, and makes it again where it was missing.</summary>
    public Task<T> WriteAsync<T>(string what, Func<Task<T>> call, CancellationToken cancellationToken) =>
        AzureFaults.TranslateAsync(
            what,
            async () =>
            {
                try
                {
                    return await call();
                }
                catch (RequestFailedException e) when (isMissing(e))
                {
                    await CreateAsync(e, cancellationToken);
                    return await call();
                }
            },
            cancellationToken);

    private async Task CreateAsync(RequestFailedException missing, CancellationToken cancellationToken)
    {
        if (!mayCreate)
            throw NotToBeCreated(missing);
        try
        {
            await create(cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status is 401 or 403)
        {
            throw new StorageException($"There is no {name}, and the host may not create it.", e);
        }
    }

    private StorageException NotToBeCreated(RequestFailedException missing) =>
        new($"There is no {name}, and it is not to be created.", missing);
}
