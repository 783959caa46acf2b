using Berth.Storage.FileSystem;

namespace Berth.Storage.Tests.FileSystem;

/// <summary>
/// What this assembly does when it is started as a program: puts and uploads objects until it is killed, and prints the
/// key of each that the store has answered.
/// </summary>
internal static class KilledWriter
{
    public const string Command = "write-until-killed";

    /// <summary>Ends each key, so that half a line is not taken for one.</summary>
    public const char EndOfLine = ';';

    /// <summary>What belongs at a key: large enough that a write takes a while.</summary>
    public static byte[] ContentOf(string key) => Data.Bytes(300_000, key.Sum(c => c));

    private static async Task<int> Main(string[] arguments)
    {
        if (arguments is not [Command, var root])
        {
            await Console.Error.WriteLineAsync("These are tests: dotnet test.");
            return 1;
        }

        var store = new FileSystemObjects(root);
        await Task.WhenAll(PutAsync(store), UploadAsync(store, "one"), UploadAsync(store, "several"));
        return 0;
    }

    private static async Task PutAsync(FileSystemObjects store)
    {
        for (var number = 0; ; number++)
        {
            var key = $"put/{number}";
            await store.PutAsync(key, ContentOf(key), PutCondition.Absent, CancellationToken.None);
            Console.WriteLine(key + EndOfLine);
        }
    }

    private static async Task UploadAsync(FileSystemObjects store, string kind)
    {
        for (var number = 0; ; number++)
        {
            var key = $"upload-{kind}/{number}";
            var content = ContentOf(key);
            var upload = await store.BeginUploadAsync(key, CancellationToken.None);
            var receipts = new List<string>();
            for (var offset = 0; offset < content.Length; offset += 100_000)
            {
                var attempt = kind == "one" ? "x" : $"x{offset}";
                receipts.Add(await store.UploadPartAsync(
                    key, upload, new(receipts.Count + 1, offset, attempt), new(content, offset, 100_000),
                    CancellationToken.None));
            }

            await store.CompleteUploadAsync(key, upload, receipts, CancellationToken.None);
            Console.WriteLine(key + EndOfLine);
        }
    }
}
