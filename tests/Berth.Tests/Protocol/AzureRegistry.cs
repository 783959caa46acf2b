using Azure.Storage;
using Azure.Storage.Sas;
using Berth.Storage.Azure;
using Berth.TestTools;

namespace Berth.Tests.Protocol;

/// <summary>
/// A container and a table of their own in the Azurite that the test assembly shares. Their connection string has a
/// signature and no key, so that URLs cannot be signed and blobs are streamed, as the tables of the protocol expect.
/// </summary>
public sealed class AzureRegistry : RegistryFixture
{
    private Azurite _azurite = null!;

    protected override async Task<string?> PrepareAsync()
    {
        _azurite = await Azurite.SharedAsync();
        return _azurite.Reason;
    }

    protected override Stores CreateStores()
    {
        var name = $"t{Guid.NewGuid():n}";
        var signature = new AccountSasBuilder(
            AccountSasPermissions.All, DateTimeOffset.MaxValue, AccountSasServices.All, AccountSasResourceTypes.All)
            .ToSasQueryParameters(new StorageSharedKeyCredential(Azurite.Account, Azurite.AccountKey));
        var account = new AzureAccount(new()
        {
            ConnectionString = $"BlobEndpoint={_azurite.BlobEndpoint};TableEndpoint={_azurite.TableEndpoint};"
                + $"SharedAccessSignature={signature}",
            Container = name,
            Table = name,
        });
        return new(new BlobObjects(account, TimeProvider.System), new TableRecords(account));
    }
}
