using System.CommandLine;
using System.CommandLine.Help;
using Berth.Cli.Management;
using Berth.Content;

namespace Berth.Cli;

/// <summary>The command line: what can be asked, and what is done then.</summary>
internal static class BerthCommand
{
    private static readonly TimeSpan TimeToEnd = TimeSpan.FromSeconds(30);

    /// <summary>Does what the arguments say.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static Task<int> RunAsync(string[] arguments, CliInput input, CancellationToken cancellationToken) =>
        Create(input).Parse(arguments).InvokeAsync(
            // Ctrl-C and SIGTERM end the work at once; what was begun is gone on with by the next run.
            new() { Output = input.Output, Error = input.Error, ProcessTerminationTimeout = TimeToEnd },
            cancellationToken);

    /// <summary>The command with all that can be asked of it.</summary>
    public static Command Create(CliInput input)
    {
        // Not a RootCommand, which would call itself after the program's file.
        var root = new Command("berth", "Moves registries into Berth and between its stores, looks after these, and manages accounts and projects.")
        {
            Import(input),
            Copy(input),
            GcCommand.Create(input),
            ScrubCommand.Create(input),
            HtpasswdCommand.Create(input),
            new HelpOption(),
            new VersionOption(),
        };
        foreach (var command in ManagementOptions.Commands(input))
            root.Subcommands.Add(command);
        return root;
    }

    private static Command Import(CliInput input)
    {
        var source = new Argument<string>("SRC")
        {
            Description = "the rootdirectory of a Docker registry 2 or 3: a folder, s3://BUCKET/PREFIX, oss://BUCKET/PREFIX, "
                + "or a .json file with settings",
        };
        var to = new Option<string[]>("--to")
        {
            Description = $"the store to move into: {StoreName.Forms}; and NAME=VALUE for its settings, as often as needed",
            HelpName = "DST",
            Required = true,
        };
        var adopt = new Option<bool>("--adopt")
        {
            Description = "take blobs over where they are instead of copying them: within one bucket and prefix, or one file "
                + "system",
        };
        var noVerify = new Option<bool>("--no-verify") { Description = "with --adopt: do not read and hash the blobs" };
        var shared = new SharedOptions();
        var command = new Command("import", "Moves the data of a Docker registry 2 or 3 into a store of Berth.")
        {
            source, to, shared.From, adopt, noVerify,
        };
        shared.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(noVerify) && !result.GetValue(adopt))
                result.AddError("--no-verify needs --adopt: what is copied is always verified.");
            if ((result.GetValue(to) ?? []).Count(IsStore) != 1)
                result.AddError("--to names one store, and any number of settings NAME=VALUE.");
        });
        command.SetAction((result, token) =>
        {
            var stores = result.GetRequiredValue(to);
            return new MoveCommand(input).RunAsync(
                shared.Read(result) with
                {
                    IsImport = true,
                    Source = result.GetRequiredValue(source),
                    Destination = stores.Single(IsStore),
                    DestinationDetails = [.. stores.Where(text => !IsStore(text))],
                    Adopts = result.GetValue(adopt),
                    VerifiesAdopted = !result.GetValue(noVerify),
                },
                token);
        });
        return command;
    }

    private static Command Copy(CliInput input)
    {
        var source = new Argument<string>("SRC") { Description = $"a store of Berth: {StoreName.Forms}" };
        var destination = new Argument<string>("DST") { Description = "another" };
        var to = new Option<string[]>("--to") { Description = "a setting of DST", HelpName = "NAME=VALUE" };
        var shared = new SharedOptions();
        var command = new Command("copy", "Copies a registry from one store of Berth to another.")
        {
            source, destination, shared.From, to,
        };
        shared.AddTo(command);
        command.SetAction((result, token) => new MoveCommand(input).RunAsync(
            shared.Read(result) with
            {
                Source = result.GetRequiredValue(source),
                Destination = result.GetRequiredValue(destination),
                DestinationDetails = result.GetValue(to) ?? [],
            },
            token));
        return command;
    }

    /// <summary>Whether a text is a store's name, and not a setting's with its value.</summary>
    private static bool IsStore(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals <= 0 || !text.AsSpan(0, equals).ContainsOnlyNameCharacters();
    }

    private static bool ContainsOnlyNameCharacters(this ReadOnlySpan<char> text)
    {
        foreach (var letter in text)
        {
            if (!char.IsAsciiLetterOrDigit(letter) && letter != ':')
                return false;
        }
        return !text.Contains("://", StringComparison.Ordinal);
    }

    /// <summary>What both commands have.</summary>
    private sealed class SharedOptions
    {
        private readonly Option<string[]> _repository = new("--repository", "-r")
        {
            Description = $"only these: {RepositoryPattern.Grammar}; may be repeated",
            HelpName = "PATTERN",
        };

        private readonly Option<bool> _dryRun = new("--dry-run", "-n")
        {
            Description = "write nothing, and say what would be done",
        };

        private readonly Option<bool> _json = new("--json") { Description = "print the summary as JSON" };

        private readonly Option<bool> _keepTags = new("--keep-tags")
        {
            Description = "leave tags alone that name something else in the destination",
        };

        private readonly Option<bool> _allowMissing = new("--allow-missing")
        {
            Description = "move manifests too that name what the source does not hold, such as sparse indexes",
        };

        private readonly Option<int> _together = new("--together")
        {
            Description = "how many blobs are copied at once, each with about 50 MiB of memory",
            HelpName = "N",
            DefaultValueFactory = _ => new Moving.MoveOptions().BlobsTogether,
        };

        public SharedOptions()
        {
            _repository.Validators.Add(result =>
            {
                foreach (var text in result.GetValueOrDefault<string[]>().Where(text => !RepositoryPattern.TryParse(text, out _)))
                    result.AddError($"--repository {text}: write {RepositoryPattern.Grammar}.");
            });
            _together.Validators.Add(result =>
            {
                if (result.GetValueOrDefault<int>() is < 1 or > 64)
                    result.AddError("--together is a number from 1 to 64.");
            });
        }

        public Option<string[]> From { get; } = new("--from")
        {
            Description = "a setting of SRC, such as S3:Endpoint=https://HOST",
            HelpName = "NAME=VALUE",
        };

        public void AddTo(Command command)
        {
            foreach (var option in (Option[])[_repository, _dryRun, _keepTags, _allowMissing, _together, _json])
                command.Options.Add(option);
        }

        public MoveRequest Read(ParseResult result) => new()
        {
            Source = "",
            Destination = "",
            SourceDetails = result.GetValue(From) ?? [],
            Repositories = [.. (result.GetValue(_repository) ?? []).Select(text =>
                RepositoryPattern.TryParse(text, out var pattern) ? pattern : throw new FormatException(text))],
            IsDryRun = result.GetValue(_dryRun),
            IsJson = result.GetValue(_json),
            KeepsTags = result.GetValue(_keepTags),
            AllowsMissing = result.GetValue(_allowMissing),
            Together = result.GetValue(_together),
        };
    }
}
