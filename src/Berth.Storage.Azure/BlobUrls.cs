using Azure.Storage.Blobs;
using Azure.Storage.Sas;
using Microsoft.Extensions.Logging;

namespace Berth.Storage.Azure;

/// <summary>Signs URLs: with the account's key where there is one, else with a delegation key of the host's identity.</summary>
internal sealed class BlobUrls(BlobServiceClient service, TimeProvider time, ILogger logger)
{
    /// <summary>How much earlier than now a URL is valid: the clocks of host and service differ.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan LongestLifetime = TimeSpan.FromMinutes(20);

    private readonly DelegationKeys _keys = new(
        async (startsOn, expiresOn, cancellationToken) =>
            (await service.GetUserDelegationKeyAsync(startsOn, expiresOn, cancellationToken)).Value,
        time,
        logger);

    /// <summary>A URL that reads one blob.</summary>
    /// <param name="blob">The blob.</param>
    /// <param name="options">What the URL grants.</param>
    /// <param name="hasIdentity">Whether the client calls as an identity.</param>
    /// <param name="cancellationToken">Ends the waiting for the first delegation key.</param>
    /// <returns><see langword="null"/> where the connection string holds no key to sign with.</returns>
    public async Task<Uri?> SignAsync(
        BlobClient blob, ReadUriOptions options, bool hasIdentity, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Lifetime, LongestLifetime, nameof(options));
        if (!hasIdentity && !blob.CanGenerateSasUri)
            return null;

        var now = time.GetUtcNow();
        var grant = new BlobSasBuilder(BlobSasPermissions.Read, now + options.Lifetime)
        {
            BlobContainerName = blob.BlobContainerName,
            BlobName = blob.Name,
            Resource = "b",
            StartsOn = now - ClockSkew,
            Protocol = blob.Uri.Scheme == Uri.UriSchemeHttp ? SasProtocol.HttpsAndHttp : SasProtocol.Https,
            ContentType = options.ContentType,
            ContentDisposition = $"attachment; filename=\"{options.FileName}\"",
        };
        if (!hasIdentity)
            return blob.GenerateSasUri(grant);

        var key = await _keys.GetAsync(options.Lifetime, cancellationToken);
        return new BlobUriBuilder(blob.Uri) { Sas = grant.ToSasQueryParameters(key, service.AccountName) }.ToUri();
    }
}
