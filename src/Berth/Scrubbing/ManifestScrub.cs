using Berth.Content;
using Berth.Storage;
using Berth.Stores;

namespace Berth.Scrubbing;

/// <summary>Reads a manifest. A damaged one needs no mark: a pull refuses it, and a push puts its own bytes in its place.</summary>
internal sealed class ManifestScrub(ManifestStore manifests, BytePace pace)
{
    /// <summary>Checks a manifest.</summary>
    /// <exception cref="StorageException">The store does not answer.</exception>
    public async Task<ScrubResult> CheckAsync(RepositoryName name, Digest digest, CancellationToken cancellationToken)
    {
        try
        {
            if (await manifests.GetAsync(name, digest, cancellationToken) is not { } manifest)
            {
                return new();
            }
            var content = await manifests.ReadAsync(manifest, cancellationToken);
            await pace.WaitAsync(content?.Length ?? 0, cancellationToken);
            var problem = content is null ? "its object is missing"
                : Digest.Of(digest.Algorithm, content.Value.Span) == digest ? null
                : manifest.Facts.Object is null ? "its record holds other bytes" : "its object holds other bytes";
            // One that was deleted while it was read has no object either.
            return problem is null || await manifests.GetAsync(name, digest, cancellationToken) is { } still
                && still.Version == manifest.Version
                ? Result(content?.Length ?? 0, problem)
                : new();
        }
        catch (Exception e) when (e is InvalidDataException or StorageException { IsDamage: true })
        {
            return Result(0, "its record is damaged");
        }

        ScrubResult Result(int length, string? problem) => new()
        {
            Manifests = 1,
            Bytes = length,
            Finding = problem is null
                ? null
                : new("manifest", digest.ToString(), problem, [name.ToString()], IsQuarantined: false),
        };
    }
}
