using Berth.Storage;
using Berth.Storage.Oss;
using Berth.TestTools.ObjectServer;
using Microsoft.Extensions.Logging.Abstractions;

namespace Berth.Tests.Protocol;

/// <summary>Requests to a bucket of OSS, counted where they arrive.</summary>
public sealed class OssBudgetTests : RequestBudgetTests
{
    private OssServer _server = null!;

    protected override IReadOnlyList<string> Requests => [.. _server.Requests.Select(request => request.Operation)];

    /// <summary>A record is read by a GET and a LIST side by side.</summary>
    protected override int MostRequestsOfACall => 2;

    protected override async Task<RegistryStorage?> OpenAsync()
    {
        _server = await OssServer.StartAsync();
        return OssStorage.Open(OssRegistry.OptionsFor(_server), TimeProvider.System, NullLogger.Instance);
    }

    protected override void Forget() => _server.ForgetRequests();

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _server.DisposeAsync();
    }
}
