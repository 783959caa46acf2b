using System.Diagnostics;
using Berth.Storage;
using Berth.Storage.FileSystem;
using Berth.Storage.S3;
using Berth.TestTools.ObjectServer;

namespace Berth.Tests.Protocol;

/// <summary>No room is left, at each step of a push: 503, nothing half visible, and all goes on when there is room again.</summary>
public sealed class DiskFullTests : IDisposable
{
    private const int Page = 4096;

    private readonly string _mount = Directory.CreateTempSubdirectory("berth-full-").FullName;
    private bool _isMounted;

    public void Dispose()
    {
        if (_isMounted)
        {
            Run("umount", _mount);
        }
        Directory.Delete(_mount, recursive: true);
    }

    [SkippableTheory]
    [InlineData("size=48m")]
    [InlineData("size=48m,nr_inodes=150")]
    public async Task A_push_to_a_disk_with_little_room_is_refused_with_503_and_succeeds_when_there_is_more(string options)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "a small file system is mounted with Linux's tmpfs");
        Skip.IfNot(Run("mount", "-t", "tmpfs", "-o", options, "none", _mount), "a file system cannot be mounted here");
        _isMounted = true;
        var data = Path.Combine(_mount, "data");
        var objects = new FileSystemObjects(data);
        await using var registry = await TestRegistry.StartAsync(RegistryStorage.Over(objects, objects));
        var client = new Client(registry.Client);
        var whole = new Push(client, "test/before", Client.RandomBytes(1000), Client.RandomBytes(300));
        Assert.True(await whole.RunAsync());
        var (failed, done) = (0, 0);
        var isFull = false;

        // With room for nothing, for one page, for two, …
        for (var pages = 0; !isFull && done < 3; pages++)
        {
            var push = new Push(client, $"test/of{pages}", Client.RandomBytes(30_000), Client.RandomBytes(90_000));
            Fill(pages);
            var isDone = await push.RunAsync();
            (failed, done) = isDone ? (failed, done + 1) : (failed + 1, 0);
            await whole.AssertPullsAsync();
            Empty();

            Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(data, "tmp")));
            // With few inodes the store itself grows until nothing fits any more, ballast or not.
            isFull = !await push.RunAsync();
            if (!isFull)
            {
                await push.AssertPullsAsync();
            }
            Assert.InRange(pages, 0, 200);
        }

        Assert.InRange(failed, isFull ? 1 : 20, 200);
        Assert.Equal(options.Contains("inodes", StringComparison.Ordinal), isFull);
    }

    [Theory]
    [InlineData(403, "QuotaExceeded", 60)]
    [InlineData(507, "InsufficientStorage", 1)] // tried again by the provider, which takes its time
    public async Task A_quota_of_a_bucket_is_503_too_at_each_write(int status, string code, int most)
    {
        await using var server = await S3Server.StartAsync();
        var bucket = new S3Bucket(S3Registry.OptionsFor(server), TimeProvider.System);
        await using var registry = await TestRegistry.StartAsync(
            RegistryStorage.Over(new InterceptedObjects(new S3Objects(bucket), new()), new S3VersionedObjects(bucket)));
        var client = new Client(registry.Client);
        var (writes, number) = (0, 0);
        var (isFull, isDone) = (false, false);
        server.Inject(
            Fault.Error(status, code),
            when: request => isFull && request.Method is "PUT" or "POST" && Interlocked.Increment(ref writes) >= number,
            times: int.MaxValue);
        while (!isDone && number < most)
        {
            number++;
            writes = 0;
            var push = new Push(client, $"test/of{number}", Client.RandomBytes(30_000), Client.RandomBytes(6_000_000));
            isFull = true;
            isDone = await push.RunAsync();
            isFull = false;

            Assert.True(await push.RunAsync());
            await push.AssertPullsAsync();
        }
        Assert.Equal(most > 1, isDone);
        Assert.InRange(number, Math.Min(8, most), 60); // each of the writes was the first to be refused once
    }

    /// <summary>Leaves room for so many pages.</summary>
    private void Fill(int pages)
    {
        using var ballast = new FileStream(Ballast, FileMode.Create, FileAccess.Write, FileShare.None, 1);
        var free = new DriveInfo(_mount).AvailableFreeSpace / Page * Page;
        var zeros = new byte[1 << 20];
        for (var left = Math.Max(0, free - (long)pages * Page); left > 0;)
        {
            var count = (int)Math.Min(left, zeros.Length);
            ballast.Write(zeros, 0, count);
            left -= count;
        }
    }

    private string Ballast => Path.Combine(_mount, "ballast");

    private void Empty() => File.Delete(Ballast);

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    /// <summary>A push of an image: a config in one request, a layer in several, a manifest by a tag.</summary>
    private sealed class Push(Client client, string repository, byte[] config, byte[] layer)
    {
        private readonly byte[] _manifest = Client.Image(
            Client.Descriptor(Client.OciConfig, config), [Client.Descriptor(Client.OciLayer, layer)]);

        /// <summary>Pushes; whatever is not done must be a 503.</summary>
        /// <returns>Whether all was done.</returns>
        public async Task<bool> RunAsync()
        {
            if (await SendAsync("POST", $"/v2/{repository}/blobs/uploads/?digest={Client.Digest(config)}", config, 201) is null
                || await SendAsync("POST", $"/v2/{repository}/blobs/uploads/", null, 202) is not { } location)
            {
                return false;
            }
            var half = layer.Length / 2;
            return await SendAsync("PATCH", location, layer[..half], 202) is not null
                && await SendAsync("PATCH", location, layer[half..], 202) is not null
                && await SendAsync("PUT", $"{location}?digest={Client.Digest(layer)}", null, 201) is not null
                && await SendAsync("PUT", $"/v2/{repository}/manifests/v1", _manifest, 201) is not null;
        }

        public async Task AssertPullsAsync()
        {
            foreach (var (path, content) in new[]
            {
                ("manifests/v1", _manifest),
                ($"blobs/{Client.Digest(config)}", config),
                ($"blobs/{Client.Digest(layer)}", layer),
            })
            {
                using var response = await client.SendAsync("GET", $"/v2/{repository}/{path}");
                Assert.Equal(200, (int)response.StatusCode);
                Assert.Equal(content, await response.Content.ReadAsByteArrayAsync());
            }
        }

        /// <returns>Where the answer leads; <see langword="null"/> for a 503.</returns>
        private async Task<string?> SendAsync(string method, string path, byte[]? body, int status)
        {
            using var response = await client.SendAsync(
                method, path, body, ("Content-Type", path.Contains("manifests", StringComparison.Ordinal) ? Client.OciManifest : "application/octet-stream"));
            if ((int)response.StatusCode == status)
            {
                return response.Headers.Location!.OriginalString;
            }
            Assert.True(
                (int)response.StatusCode == 503,
                $"{method} {path}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
            Assert.NotNull(response.Headers.RetryAfter);
            return null;
        }
    }
}
