using System.Text;
using Berth.Guarantees.Tests.Model;
using Xunit.Abstractions;

namespace Berth.Guarantees.Tests.Fuzz;

/// <summary>Texts that are nearly right: good ones changed here and there by the chance of a seed.</summary>
/// <remarks>BERTH_FUZZ_SEED sets the first seed, BERTH_FUZZ_RUNS multiplies how many there are.</remarks>
internal sealed class Mutation(Random random)
{
    private static readonly string[] Tricks =
    [
        "", "\0", "\n", "\r\n", " ", "\t", "\u00A0", "\u0130", "é", "\uFFFD", "\uFFFF", "\uD800", "\uDC00", "\U0001F600", "%2f",
        "%00", "/", "//", "\\", "..", ".", "-", "--", "_", "__", "___", ":", "@", "?", "#", "&", "=", ";", ",", "~", "+", "*", "\"",
        "'", "<", "0", "1", "9", "a", "A", "f", "g", "z", "００", "٣", "-1", "9223372036854775807", "9223372036854775808",
        "18446744073709551616", "99999999999999999999999999", "0x10", "1e9", "1.5", "sha256:", "sha512:", "sha1:", "bytes=",
        "null", "{}", "[]", "true", "con", "nul", "progra~1",
    ];

    /// <summary>Runs a property for many texts, and says which one breaks it.</summary>
    /// <param name="output">Told the seed, and how many there were.</param>
    /// <param name="usual">How many in a quick run.</param>
    /// <param name="seeds">Good texts.</param>
    /// <param name="check">Throws where the property does not hold.</param>
    public static async Task CheckAsync(
        ITestOutputHelper output, int usual, string[] seeds, Func<string, Random, Task> check)
    {
        var first = ModelTests.Setting("BERTH_FUZZ_SEED", Random.Shared.Next(1_000_000_000));
        var count = usual * ModelTests.Setting("BERTH_FUZZ_RUNS", 1);
        output.WriteLine($"fuzz: {count} texts from seed {first}");
        for (var seed = first; seed < first + count; seed++)
        {
            var random = new Random(seed);
            var text = new Mutation(random).Next(seeds);
            try
            {
                await check(text, random);
            }
            catch (Exception exception)
            {
                Assert.Fail($"BERTH_FUZZ_SEED={seed}, {Show(text)}: {exception}");
            }
        }
    }

    /// <inheritdoc cref="CheckAsync(ITestOutputHelper, int, string[], Func{string, Random, Task})"/>
    public static void Check(ITestOutputHelper output, int usual, string[] seeds, Action<string, Random> check) =>
        CheckAsync(output, usual, seeds, (text, random) =>
        {
            check(text, random);
            return Task.CompletedTask;
        }).GetAwaiter().GetResult();

    /// <summary>A good text with no change or a few.</summary>
    public string Next(string[] seeds)
    {
        var text = Pick(seeds);
        for (var changes = random.Next(4); changes > 0; changes--)
            text = Change(text, seeds);
        return text;
    }

    private string Change(string text, string[] seeds)
    {
        var at = random.Next(text.Length + 1);
        var count = random.Next(Math.Min(8, text.Length - at) + 1);
        return random.Next(7) switch
        {
            0 => text.Insert(at, Pick(Tricks)),
            1 => text.Remove(at, count),
            2 => text.Remove(at, count).Insert(at, Pick(Tricks)),
            3 => text[..at] + Tail(Pick(seeds)),
            4 => text.Insert(at, new string(Pick("a0/-._:é{[".Select(one => one.ToString()).ToArray())[0], 1 << random.Next(10))),
            5 => text.Insert(at, text[..Math.Min(at, 600)]),
            _ => text.Insert(at, ((char)random.Next(0x10000)).ToString()),
        };
    }

    private string Tail(string text) => text[random.Next(text.Length + 1)..];

    private string Pick(string[] choices) => choices[random.Next(choices.Length)];

    /// <summary>A text so that it can be typed.</summary>
    private static string Show(string text)
    {
        var shown = new StringBuilder("\"");
        foreach (var one in text.Length > 2000 ? text[..2000] : text)
            shown.Append(one is >= ' ' and <= '~' ? one.ToString() : $"\\u{(int)one:X4}");
        return shown.Append('"').ToString();
    }
}
