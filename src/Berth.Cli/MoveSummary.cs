using System.Diagnostics;
using System.Text.Json;
using Berth.Hosting;
using Berth.Moving;

namespace Berth.Cli;

/// <summary>What became of everything, for people or for programs.</summary>
internal sealed class MoveSummary
{
    /// <summary>How many problems the JSON lists; all are counted, and each is printed when it is found.</summary>
    private const int MostProblems = 1000;

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
    };

    private readonly MoveRequest _request;
    private readonly StoragePlace _from;
    private readonly StoragePlace _to;
    private readonly MoveProgress _progress;
    private readonly List<MoveProblem> _problems = [];
    private readonly long _started = Stopwatch.GetTimestamp();

    public MoveSummary(MoveRequest request, StoragePlace from, StoragePlace to, MoveProgress progress)
    {
        (_request, _from, _to, _progress) = (request, from, to, progress);
        progress.ProblemFound += problem =>
        {
            if (_problems.Count < MostProblems)
                _problems.Add(problem);
        };
    }

    private MoveCounts Counts => _progress.Counts;

    /// <summary>One line of a repository, or of all together.</summary>
    public static string Describe(MoveCounts counts)
    {
        List<string> parts = [];
        Add(MoveStep.BlobCopied, "blob", "copied", withBytes: true);
        Add(MoveStep.BlobAdopted, "blob", "adopted", withBytes: true);
        Add(MoveStep.BlobLinked, "blob", "linked", withBytes: false);
        Add(MoveStep.BlobPresent, "blob", "there already", withBytes: false);
        Add(MoveStep.ManifestCopied, "manifest", "copied", withBytes: false);
        Add(MoveStep.ManifestPresent, "manifest", "there already", withBytes: false);
        Add(MoveStep.ReferrerAdded, "referrer", "listed", withBytes: false);
        Add(MoveStep.TagCreated, "tag", "set", withBytes: false);
        Add(MoveStep.TagReplaced, "tag", "moved", withBytes: false);
        Add(MoveStep.TagKept, "tag", "kept as they are", withBytes: false);
        Add(MoveStep.TagPresent, "tag", "there already", withBytes: false);
        Add(MoveStep.LeftOut, "thing", "left out", withBytes: false);
        return parts.Count == 0 ? "nothing in it" : string.Join(", ", parts);

        void Add(MoveStep step, string noun, string verb, bool withBytes)
        {
            if (counts[step] > 0)
            {
                parts.Add(
                    $"{SizeText.Of(counts[step], noun)} {verb}{(withBytes ? $" ({SizeText.Of(counts.BytesOf(step))})" : "")}");
            }
        }
    }

    public async Task WriteAsync(TextWriter output)
    {
        await output.WriteLineAsync(_request.IsJson ? Json() : Text());
        await output.FlushAsync(CancellationToken.None);
    }

    private string Text()
    {
        var nothing = Counts.HasChanges ? "" : "nothing to copy: ";
        var dry = _request.IsDryRun ? "dry run, nothing written: " : "";
        return $"{dry}{nothing}{SizeText.Of(_progress.RepositoriesDone, "repository")} "
            + $"from {_from} to {_to}: {Describe(Counts)}";
    }

    private string Json() => JsonSerializer.Serialize(
        new
        {
            Source = _from.ToString(),
            Destination = _to.ToString(),
            _request.IsDryRun,
            Repositories = _progress.RepositoriesDone,
            Blobs = new
            {
                Copied = Counts[MoveStep.BlobCopied],
                CopiedBytes = Counts.BytesOf(MoveStep.BlobCopied),
                Adopted = Counts[MoveStep.BlobAdopted],
                AdoptedBytes = Counts.BytesOf(MoveStep.BlobAdopted),
                Linked = Counts[MoveStep.BlobLinked],
                Present = Counts[MoveStep.BlobPresent],
                ReadBytes = _progress.BytesRead,
            },
            Manifests = new
            {
                Copied = Counts[MoveStep.ManifestCopied],
                Present = Counts[MoveStep.ManifestPresent],
                ReferrersListed = Counts[MoveStep.ReferrerAdded],
            },
            Tags = new
            {
                Set = Counts[MoveStep.TagCreated],
                Moved = Counts[MoveStep.TagReplaced],
                Kept = Counts[MoveStep.TagKept],
                Present = Counts[MoveStep.TagPresent],
            },
            LeftOut = Counts[MoveStep.LeftOut],
            Problems = _problems,
            Seconds = Math.Round(Stopwatch.GetElapsedTime(_started).TotalSeconds, 3),
        },
        Indented);
}
