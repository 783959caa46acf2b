using Berth.Content;

namespace Berth.Stores;

/// <summary>Deletes manifests with the tags that name them and their places among the referrers.</summary>
/// <remarks>
/// The manifest goes first, and everything with it for whoever pulls. What named it is removed by version and only while the
/// manifest is not there: a push that puts it back writes its tags and its referrer after that, and they stay.
/// </remarks>
internal sealed class ManifestRemoval(ManifestStore manifests, TagStore tags, ReferrerStore referrers)
{
    /// <returns><see langword="false"/> when there was none; what a deletion left that broke off is cleared then too.</returns>
    public async Task<bool> DeleteAsync(RepositoryName name, Digest digest, CancellationToken cancellationToken)
    {
        while (await manifests.FindAsync(name, digest, cancellationToken) is { } manifest)
        {
            var isThere = manifest.Facts.Deleted is null;
            if (!isThere || await manifests.DeleteAsync(name, digest, manifest, cancellationToken))
            {
                await ClearAsync(name, digest, manifest.Facts, cancellationToken);
                return isThere;
            }
        }
        return false;
    }

    /// <summary>Removes what names a manifest that was deleted.</summary>
    public async Task ClearAsync(
        RepositoryName name, Digest digest, ManifestRecord facts, CancellationToken cancellationToken)
    {
        await tags.DeleteAllAsync(name, digest, IsGoneAsync, cancellationToken);
        if (Digest.TryParse(facts.Subject, out var subject))
        {
            await referrers.DeleteAsync(name, subject, digest, IsGoneAsync, cancellationToken);
        }

        async Task<bool> IsGoneAsync() => await manifests.GetAsync(name, digest, cancellationToken) is null;
    }
}
