using Berth.Storage.Tests.Azure;
using Berth.Storage.Tests.Oss;
using Berth.Storage.Tests.S3;

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
    : ObjectStoreContract(azure.Objects, azure.Reason, listsUploads: false), IClassFixture<AzureFixture>;

public sealed class TableRecordsContractTests(AzureFixture azure)
    : RecordStoreContract(azure.Records, azure.Reason), IClassFixture<AzureFixture>;

public sealed class S3ObjectsTests(S3Fixture s3)
    : ObjectStoreContract(s3.Objects, keepsAttempts: false), IClassFixture<S3Fixture>;

public sealed class S3VersionedObjectsTests(S3Fixture s3)
    : VersionedObjectsContract(s3.Records), IClassFixture<S3Fixture>;

public sealed class ObjectRecordsInS3Tests(S3Fixture s3)
    : RecordStoreContract(new ObjectRecords(s3.Records)), IClassFixture<S3Fixture>;

/// <summary>As at Amazon's: signed chunks with checksums behind them, and If-Match on DELETE.</summary>
public sealed class S3ObjectsWithChecksumsTests(S3FullFixture s3)
    : ObjectStoreContract(s3.Objects, keepsAttempts: false), IClassFixture<S3FullFixture>;

public sealed class S3VersionedObjectsWithDeletesTests(S3FullFixture s3)
    : VersionedObjectsContract(s3.Records), IClassFixture<S3FullFixture>;

public sealed class S3VersionedObjectsWithBareETagsTests(S3WithBareETagsFixture s3)
    : VersionedObjectsContract(s3.Records), IClassFixture<S3WithBareETagsFixture>;

public sealed class S3VersionedObjectsWithQuotedETagsTests(S3WithQuotedETagsFixture s3)
    : VersionedObjectsContract(s3.Records), IClassFixture<S3WithQuotedETagsFixture>;

/// <summary>A server that ignores every condition: this process is the only writer.</summary>
public sealed class S3UncheckedObjectsTests(S3WithoutConditionsFixture s3)
    : VersionedObjectsContract(s3.Records), IClassFixture<S3WithoutConditionsFixture>;

public sealed class OssObjectsTests(OssFixture oss)
    : ObjectStoreContract(oss.Objects, keepsAttempts: false), IClassFixture<OssFixture>;

public sealed class OssRecordsTests(OssFixture oss) : RecordStoreContract(oss.Records), IClassFixture<OssFixture>;

/// <summary>With a temporary key pair, and under a host name that is the bucket's own.</summary>
public sealed class OssObjectsByHostTests(OssByHostFixture oss)
    : ObjectStoreContract(oss.Objects, keepsAttempts: false), IClassFixture<OssByHostFixture>;

/// <summary>Every call by another instance than the one before.</summary>
public sealed class OssRecordsOfInstancesTests(OssByHostFixture oss)
    : RecordStoreContract(oss.RecordsOfInstances), IClassFixture<OssByHostFixture>;

/// <summary>Over a server that was not written for these tests.</summary>
public sealed class S3ObjectsInSwiftTests(SwiftFixture swift)
    : ObjectStoreContract(swift.Objects, swift.Reason, keepsAttempts: false), IClassFixture<SwiftFixture>;

public sealed class S3UncheckedObjectsInSwiftTests(SwiftFixture swift)
    : VersionedObjectsContract(swift.Records, swift.Reason, racers: 8, increments: 2), IClassFixture<SwiftFixture>;
