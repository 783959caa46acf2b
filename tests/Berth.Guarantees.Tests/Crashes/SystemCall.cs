using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Berth.Guarantees.Tests.Crashes;

/// <summary>A call to the system that changed a disk, or made a change durable, as strace saw it.</summary>
/// <param name="Name">Such as rename.</param>
/// <param name="Ended">When it ended.</param>
/// <param name="StartLine">Its place among all beginnings and ends.</param>
/// <param name="EndLine">The place of its end.</param>
/// <param name="Paths">The paths that its descriptors and arguments stand for, in order.</param>
/// <param name="Data">What it wrote.</param>
/// <param name="Number">Its last argument, where that is a number: the offset of a write, the length of a file.</param>
/// <param name="Text">All of it but the data, for its flags.</param>
internal sealed partial record SystemCall(
    string Name, DateTimeOffset Ended, int StartLine, int EndLine, IReadOnlyList<string> Paths, byte[] Data, long Number,
    string Text)
{
    /// <summary>What strace is to be told, but for its output file and the program.</summary>
    public static string[] Strace { get; } =
    [
        "strace", "-f", "-ttt", "-T", "-y", "-xx", "-s", "100000000", "--seccomp-bpf", "-e",
        "trace=openat,open,creat,write,pwrite64,pwritev,pwritev2,writev,ftruncate,truncate,fallocate,copy_file_range,sendfile,"
        + "fsync,fdatasync,rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,rmdir,mkdir,mkdirat",
    ];

    /// <summary>Reads what strace wrote: the calls that succeeded, in the order of their ends.</summary>
    public static List<SystemCall> Read(string file)
    {
        var calls = new List<SystemCall>();
        var begun = new Dictionary<string, (int Line, string Time, string Text)>();
        var number = 0;
        foreach (var line in File.ReadLines(file))
        {
            number++;
            var (thread, time, text) = Split(line);
            if (text.EndsWith(Unfinished, StringComparison.Ordinal))
            {
                begun[thread] = (number, time, text[..^Unfinished.Length]);
            }
            else if (Resumed().Match(text) is { Success: true } resumed)
            {
                var (start, startTime, head) = begun[thread];
                Add(calls, head + text[resumed.Length..], startTime, start, number);
            }
            else
            {
                Add(calls, text, time, number, number);
            }
        }

        return calls;
    }

    private const string Unfinished = " <unfinished ...>";

    private static (string Thread, string Time, string Text) Split(string line)
    {
        var fields = line.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
        return (fields[0], fields[1], fields[2].TrimStart());
    }

    private static void Add(List<SystemCall> calls, string text, string time, int start, int end)
    {
        var head = text.IndexOf('(', StringComparison.Ordinal);
        var tail = text.LastIndexOf(") = ", StringComparison.Ordinal);
        if (head < 0 || tail < 0 || text[(tail + 4)..].StartsWith('-') || text[(tail + 4)..].StartsWith('?'))
            return; // a signal, or a call that failed
        var (name, arguments) = (text[..head], text[(head + 1)..tail]);
        var isWrite = name.Contains("write", StringComparison.Ordinal);
        var strings = Strings().Matches(arguments);
        var data = isWrite ? strings.SelectMany(match => Bytes(match.Groups[1].Value)).ToArray() : [];
        List<string> paths =
        [
            .. Descriptors().Matches(isWrite ? arguments[..arguments.IndexOf(',', StringComparison.Ordinal)] : arguments)
                .Where(match => !match.Value.StartsWith("AT_FDCWD", StringComparison.Ordinal))
                .Select(match => PathOf(match.Groups[1].Value)),
            .. isWrite ? [] : strings.Select(match => PathOf(match.Groups[1].Value)),
        ];
        var last = arguments[(arguments.LastIndexOf(' ') + 1)..];
        if (isWrite && int.TryParse(
            text[(tail + 4)..].Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var written))
            data = data[..written];
        var ended = decimal.Parse(time, CultureInfo.InvariantCulture)
            + decimal.Parse(Duration().Match(text).Groups[1].Value, CultureInfo.InvariantCulture);
        calls.Add(new(
            name, DateTimeOffset.UnixEpoch.AddTicks((long)(ended * TimeSpan.TicksPerSecond)), start, end, paths, data,
            long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0,
            isWrite ? name : arguments));
    }

    private static string PathOf(string escaped) => Encoding.UTF8.GetString(Bytes(escaped));

    private static byte[] Bytes(string escaped) =>
        Convert.FromHexString(escaped.Replace("\\x", "", StringComparison.Ordinal));

    [GeneratedRegex(@"^<\.\.\. \w+ resumed>")]
    private static partial Regex Resumed();

    [GeneratedRegex(@" <(\d+\.\d+)>$")]
    private static partial Regex Duration();

    [GeneratedRegex("\"((?:\\\\x[0-9a-f]{2})*)\"")]
    private static partial Regex Strings();

    [GeneratedRegex(@"(?:AT_FDCWD|\d+)<((?:\\x[0-9a-f]{2})+)>")]
    private static partial Regex Descriptors();
}
