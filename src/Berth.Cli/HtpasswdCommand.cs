using System.CommandLine;
using Berth.Identity;

namespace Berth.Cli;

/// <summary><c>berth htpasswd</c>: the users of an htpasswd file.</summary>
internal static class HtpasswdCommand
{
    public static Command Create(CliInput input)
    {
        var file = new Argument<string>("FILE") { Description = "the file; created where there is none" };
        var user = new Argument<string>("USER") { Description = "the user's name" };
        var cost = new Option<int>("--cost", "-C")
        {
            Description = $"how dear the hash is, {BcryptHash.LowestCost} to {BcryptHash.HighestCost}; one more is twice the time",
            HelpName = "N",
            DefaultValueFactory = _ => BcryptHash.DefaultCost,
        };
        var delete = new Option<bool>("--delete", "-D") { Description = "delete the user" };
        var command = new Command(
            "htpasswd", "Adds, changes or deletes a user of an htpasswd file. The password is asked for, or is the first line of "
                + "standard input.")
        {
            file, user, cost, delete,
        };
        user.Validators.Add(result =>
        {
            if (!HtpasswdEntries.IsName(result.GetValueOrDefault<string>()))
                result.AddError("USER has 1 to 255 characters, none of them ':', and no spaces around it.");
        });
        cost.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < BcryptHash.LowestCost or > BcryptHash.HighestCost)
                result.AddError($"--cost is a number from {BcryptHash.LowestCost} to {BcryptHash.HighestCost}.");
        });
        command.SetAction((result, _) => RunAsync(
            input, result.GetRequiredValue(file), result.GetRequiredValue(user), result.GetValue(cost), result.GetValue(delete)));
        return command;
    }

    private static async Task<int> RunAsync(CliInput input, string file, string user, int cost, bool delete)
    {
        var path = Path.GetFullPath(file, input.WorkingDirectory);
        try
        {
            var problem = delete ? Delete(path, user) : await SetAsync(input, path, user, cost);
            if (problem is not null)
                return await FailAsync(input, problem);
            if (HtpasswdChange.ProblemOf(path) is { } other)
                await input.Error.WriteLineAsync($"berth: done, but the registry does not take {file} as it is: {other}");
            return ExitCode.Done;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return await FailAsync(input, e.Message);
        }
    }

    private static string? Delete(string path, string user) =>
        HtpasswdChange.Delete(path, user) ? null : $"there is no user {user} in {path}";

    /// <returns>What is wrong with the password, or <see langword="null"/>.</returns>
    private static async Task<string?> SetAsync(CliInput input, string path, string user, int cost)
    {
        var password = await ReadPasswordAsync(input);
        if (password is null)
            return "the passwords differ";
        if (password.Length == 0)
            return "the password is empty";
        if (!BcryptHash.CanHash(password, out var reason))
            return $"the password is not accepted: {reason}";
        var isThere = HtpasswdChange.Set(path, user, BcryptHash.Create(password, cost));
        await input.Output.WriteLineAsync($"{(isThere ? "changed" : "added")} {PrintableText.Of(user)}");
        return null;
    }

    /// <returns><see langword="null"/> where it was given differently the second time.</returns>
    private static async Task<string?> ReadPasswordAsync(CliInput input)
    {
        if (input.HideTyping is not { } hide)
            return await input.Input.ReadLineAsync() ?? "";
        using (hide())
        {
            await input.Error.WriteAsync("Password: ");
            var password = await input.Input.ReadLineAsync() ?? "";
            await input.Error.WriteAsync("\nAgain: ");
            var again = await input.Input.ReadLineAsync() ?? "";
            await input.Error.WriteLineAsync();
            return again == password ? password : null;
        }
    }

    private static async Task<int> FailAsync(CliInput input, string problem)
    {
        await input.Error.WriteLineAsync($"berth: {PrintableText.Of(problem.ReplaceLineEndings(" "))}");
        return ExitCode.Failed;
    }
}
