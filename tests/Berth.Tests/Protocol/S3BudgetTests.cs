using Berth.Storage;
using Berth.Storage.S3;
using Berth.TestTools.ObjectServer;
using Microsoft.Extensions.Logging.Abstractions;

namespace Berth.Tests.Protocol;

/// <summary>Requests to a bucket of S3, counted where they arrive.</summary>
public sealed class S3BudgetTests : RequestBudgetTests
{
    private S3Server _server = null!;

    protected override IReadOnlyList<string> Requests => [.. _server.Requests.Select(request => request.Operation)];

    protected override async Task<RegistryStorage?> OpenAsync()
    {
        _server = await S3Server.StartAsync();
        return S3Storage.Open(S3Registry.OptionsFor(_server), TimeProvider.System, NullLogger.Instance);
    }

    protected override void Forget() => _server.ForgetRequests();

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _server.DisposeAsync();
    }
}
