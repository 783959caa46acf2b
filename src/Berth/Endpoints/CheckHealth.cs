using Berth.Content;
using Berth.Errors;
using Berth.Storage;
using Berth.Stores;
using Microsoft.AspNetCore.Http;

namespace Berth.Endpoints;

/// <summary>For orchestrators: <c>/healthz</c> says that the process answers, <c>/readyz</c> that its store does.</summary>
internal sealed class CheckHealth(IRecordStore records)
{
    private const string Ok = """{"status":"ok"}""";

    public static async Task<RegistryError?> AliveAsync(RegistryRequest request)
    {
        request.Response.ContentType = MediaTypes.Json;
        await request.Response.WriteAsync(Ok, request.Aborted);
        return null;
    }

    public async Task<RegistryError?> ReadyAsync(RegistryRequest request)
    {
        await records.ListRowsAsync(RecordLayout.Repositories, after: null, limit: 1, request.Aborted);
        return await AliveAsync(request);
    }
}
