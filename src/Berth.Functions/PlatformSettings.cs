using Berth.Hosting;

namespace Berth.Functions;

/// <summary>
/// The storage account that every Functions app has, where no account is set for the registry: AzureWebJobsStorage, a
/// connection string, or its identity form AzureWebJobsStorage__blobServiceUri, __tableServiceUri, __accountName, __clientId.
/// </summary>
internal static class PlatformSettings
{
    private const string Platform = "AzureWebJobsStorage";

    /// <summary>The same as settings of Berth.</summary>
    public static IEnumerable<Setting> From(IReadOnlyDictionary<string, string> environment)
    {
        yield break;
    }
}
