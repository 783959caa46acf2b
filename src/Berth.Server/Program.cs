using Berth.Server;

return await ServerApp.RunAsync(ServerInput.OfThisProcess(args), CancellationToken.None);
