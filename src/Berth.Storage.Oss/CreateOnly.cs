using System.Security.Cryptography;
using Aliyun.OSS;
using Aliyun.OSS.Common;

namespace Berth.Storage.Oss;

/// <summary>Creates objects that nothing may overwrite: the one condition on writes that OSS has.</summary>
internal sealed class CreateOnly(OssBucket bucket, ObjectReads reads)
{
    private const int MaximumTries = 3;
    private const string What = "create a record";

    private volatile bool _isUnversioned;

    /// <summary>Creates an object.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="content">Its bytes, which no other write has.</param>
    /// <param name="decided">
    /// When that was read of which it is the next; <see langword="null"/> for a name that may be taken at any time.
    /// </param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns><see langword="false"/>: another write was first.</returns>
    /// <exception cref="StorageException">It failed, or it is not known whether it did.</exception>
    /// <remarks>
    /// The answer to a try may be lost, and the try itself still be on its way. So it is tried again, with the same bytes,
    /// and where the object turns out to exist its bytes tell whose it is: as they are never removed within an hour, and
    /// nothing overwrites them, that is so for good.
    /// </remarks>
    public async Task<bool> TryCreateAsync(
        string name, byte[] content, Moment? decided, CancellationToken cancellationToken)
    {
        await RequireNoVersionsAsync(cancellationToken);
#pragma warning disable CA5351 // A checksum: what arrives otherwise than it was sent is refused before it is kept.
        var digest = Convert.ToBase64String(MD5.HashData(content));
#pragma warning restore CA5351
        var isUnsure = false;
        for (var tries = 1; ; tries++)
        {
            try
            {
                var metadata = new ObjectMetadata { ContentType = "application/octet-stream", ContentMd5 = digest };
                metadata.AddHeader("x-oss-forbid-overwrite", "true");
                var put = await bucket.SendOnceAsync(
                    new(content),
                    (client, body) => decided?.IsRecent(bucket.Time) == false
                        ? throw Frozen() : client.PutObject(bucket.Name, name, body, metadata),
                    cancellationToken);
                return string.IsNullOrEmpty(put.VersionId) ? true : throw Versioned();
            }
            catch (Exception e) when (OssFaults.Code(e) == OssFaults.FileExists)
            {
                // A proxy may have sent a swap twice; a first creation is looked at by its caller.
                return (isUnsure || decided is not null) && await IsOursAsync(name, content, cancellationToken) == true;
            }
            catch (Exception e) when (OssFaults.IsFault(e) && e is not StorageException { IsThrottled: false })
            {
                cancellationToken.ThrowIfCancellationRequested();
                isUnsure |= OssFaults.IsUnsure(e);
                if (tries == MaximumTries || !OssFaults.IsPassing(e))
                {
                    return (isUnsure ? await IsOursAsync(name, content, cancellationToken) : null)
                        ?? throw OssFaults.Translate(What, e);
                }
            }

            await bucket.WaitAsync(tries, cancellationToken);
        }
    }

    /// <summary>Whose an object is, or <see langword="null"/> where there is none.</summary>
    private async Task<bool?> IsOursAsync(string name, byte[] content, CancellationToken cancellationToken) =>
        await reads.WholeAsync(name, cancellationToken) is { } found ? found.Bytes.AsSpan().SequenceEqual(content) : null;

    /// <summary>
    /// Asks once, before the first create. Where the registry may not ask, the creates themselves tell: OSS names the
    /// version that each of them made.
    /// </summary>
    private async Task RequireNoVersionsAsync(CancellationToken cancellationToken)
    {
        if (_isUnversioned)
            return;
        try
        {
            var versioning = await bucket.CallAsync(
                "ask whether the bucket keeps versions",
                client => client.GetBucketVersioning(bucket.Name),
                code => code == OssErrorCode.AccessDenied,
                cancellationToken);
            if (versioning.Status != VersioningStatus.Off)
                throw Versioned();
        }
        catch (ServiceException e) when (e.ErrorCode == OssErrorCode.AccessDenied)
        {
            // Then the creates tell.
        }

        _isUnversioned = true;
    }

    /// <summary>Why a call is not made whose reasons are no longer known to hold.</summary>
    public static StorageException Frozen() =>
        new("This process stood still while it wrote a record") { IsThrottled = true };

    private StorageException Versioned() => new(
        $"bucket {bucket.Name} has versioning, enabled or suspended: OSS then ignores x-oss-forbid-overwrite, and two writers "
        + "would overwrite each other. Versioning cannot be turned off again; use a bucket that never had it");
}
