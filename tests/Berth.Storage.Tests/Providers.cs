using Berth.Storage.Tests.Azure;

namespace Berth.Storage.Tests;

public sealed class MemoryObjectsTests() : ObjectStoreContract(new MemoryObjects());

/// <summary>With S3's minimum part, as what is written for tiny parts may fail there.</summary>
public sealed class MemoryObjectsLikeS3Tests() : ObjectStoreContract(new MemoryObjects(5 * 1024 * 1024))
{
    [SkippableFact]
    public async Task A_part_below_the_minimum_is_refused_unless_it_is_the_last()
    {
        var upload = await Store.BeginUploadAsync("small", CancellationToken.None);
        var receipts = new List<string>();
        for (var number = 1; number <= 2; number++)
        {
            receipts.Add(await Store.UploadPartAsync(
                "small", upload, new(number, number - 1, "a"), new(new byte[1]), CancellationToken.None));
        }

        await Assert.ThrowsAsync<StorageException>(
            () => Store.CompleteUploadAsync("small", upload, receipts, CancellationToken.None));
        await Store.CompleteUploadAsync("small", upload, receipts[..1], CancellationToken.None);
    }
}

public sealed class FileSystemObjectsTests(TemporaryFolder folder)
    : ObjectStoreContract(folder.Store), IClassFixture<TemporaryFolder>;

public sealed class MemoryVersionedObjectsTests() : VersionedObjectsContract(new MemoryObjects());

public sealed class FileSystemVersionedObjectsTests(TemporaryFolder folder)
    : VersionedObjectsContract(folder.Store), IClassFixture<TemporaryFolder>;

public sealed class MemoryRecordsTests() : RecordStoreContract(new MemoryRecords());

public sealed class ObjectRecordsInMemoryTests() : RecordStoreContract(new ObjectRecords(new MemoryObjects()));

public sealed class ObjectRecordsInFilesTests(TemporaryFolder folder)
    : RecordStoreContract(new ObjectRecords(folder.Store)), IClassFixture<TemporaryFolder>;

public sealed class BlobObjectsTests(AzureFixture azure)
    : ObjectStoreContract(azure.Objects, azure.Reason), IClassFixture<AzureFixture>;

public sealed class TableRecordsContractTests(AzureFixture azure)
    : RecordStoreContract(azure.Records, azure.Reason), IClassFixture<AzureFixture>;
