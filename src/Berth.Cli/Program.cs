using Berth.Cli;

return await BerthCommand.RunAsync(args, CliInput.OfThisProcess(), CancellationToken.None);
