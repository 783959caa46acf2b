using System.Collections.Concurrent;
using System.Globalization;
using Berth.Content;
using Berth.Errors;
using Berth.Stores;

namespace Berth.Endpoints;

/// <summary>
/// Whether the repository holds all that a manifest names, so that whatever was pushed can be pulled whole; what is condemned
/// of it is made live again.
/// </summary>
internal sealed class ReferenceCheck(BlobStore blobs, ManifestStore manifests, RegistryOptions options)
{
    private const int Concurrency = 16;

    /// <returns>404 with every reference that is missing, 400 for sizes that differ, or <see langword="null"/>.</returns>
    public async Task<RegistryError?> CheckAsync(
        RepositoryName name, Manifest manifest, CancellationToken cancellationToken)
    {
        var missing = new ConcurrentDictionary<Digest, bool>();
        var wrong = new ConcurrentDictionary<Digest, long>();
        await Parallel.ForEachAsync(
            manifest.References.Where(reference => !reference.MayBeMissing),
            new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken },
            async (reference, token) =>
            {
                var size = await FindAsync(name, reference, token);
                if (size is null)
                {
                    missing[reference.Digest] = true;
                }
                else if (size != reference.Size)
                {
                    wrong[reference.Digest] = size.Value;
                }
            });
        // In the order of the manifest, the same at every try.
        if (!missing.IsEmpty && !options.AllowMissingReferences)
        {
            return RegistryError.ManifestBlobUnknown(
                manifest.References.Where(reference => missing.ContainsKey(reference.Digest)));
        }
        return wrong.IsEmpty ? null : RegistryError.SizeInvalid(string.Join("; ", manifest.References
            .Where(reference => wrong.ContainsKey(reference.Digest))
            .Select(reference => string.Create(
                CultureInfo.InvariantCulture,
                $"{reference.Digest} has {wrong[reference.Digest]} bytes, the manifest says {reference.Size}"))));
    }

    private async Task<long?> FindAsync(
        RepositoryName name, ManifestReference reference, CancellationToken cancellationToken)
    {
        // The media type tells where to look first; a manifest may have been pushed as a layer, and the other way round.
        return reference.IsManifest
            ? await ManifestAsync() ?? await BlobAsync()
            : await BlobAsync() ?? await ManifestAsync();

        async Task<long?> BlobAsync() => (await blobs.KeepAsync(name, reference.Digest, cancellationToken))?.Size;

        async Task<long?> ManifestAsync() =>
            (await manifests.KeepAsync(name, reference.Digest, cancellationToken))?.Facts.Size;
    }
}
