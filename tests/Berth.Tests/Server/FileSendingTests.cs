using System.Net.Sockets;
using System.Text;
using Berth.Server;
using Berth.Server.Configuration;
using Berth.Storage.FileSystem;
using Berth.Tests.Protocol;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Win32.SafeHandles;

namespace Berth.Tests.Server;

/// <summary>Large blobs of a folder, which the system sends by itself.</summary>
public sealed class FileSendingTests : IDisposable
{
    private const string AnyPort = "--Berth:Http:Address=127.0.0.1:0";
    private const int Part = 3_000_001;

    private readonly ServerFolder _folder = new();
    private readonly byte[] _content = Client.RandomBytes(2 * Part);

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public async Task Parts_of_files_and_bytes_arrive_in_order_on_a_connection_that_goes_on()
    {
        using var file = OpenFile();
        await using var server = await StartAsync(async context =>
        {
            var sender = context.Features.Get<IFileSender>()!;
            context.Response.ContentLength = _content.Length + 3;
            Assert.True(await sender.BeginAsync(context.Response, default));
            await sender.SendAsync(context.Response, file, Part, Part, default);
            await context.Response.Body.WriteAsync("abc"u8.ToArray());
            await sender.SendAsync(context.Response, file, 0, Part, default);
        });
        byte[] expected = [.. _content[Part..], .. "abc"u8, .. _content[..Part]];
        var connections = 0;
        using var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellation) =>
            {
                connections++;
                var socket = new Socket(
                    SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(context.DnsEndPoint, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });

        for (var i = 0; i < 3; i++)
        {
            var received = await client.GetByteArrayAsync(server.Address);
            Assert.True(expected.AsSpan().SequenceEqual(received));
        }
        Assert.Equal(1, connections);
    }

    [SkippableFact]
    public async Task A_file_that_ends_too_early_breaks_the_connection()
    {
        using var file = OpenFile();
        Exception? failure = null;
        await using var server = await StartAsync(async context =>
        {
            var sender = context.Features.Get<IFileSender>()!;
            context.Response.ContentLength = _content.Length + 1;
            await sender.BeginAsync(context.Response, default);
            failure = await Record.ExceptionAsync(
                () => sender.SendAsync(context.Response, file, 0, _content.Length + 1, default));
            context.Abort();
        });
        using var client = new HttpClient();

        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetByteArrayAsync(server.Address));
        Assert.IsType<EndOfStreamException>(failure);
    }

    [SkippableFact]
    public async Task A_client_that_goes_away_ends_the_sending()
    {
        using var file = OpenFile();
        var ended = new TaskCompletionSource<Exception?>();
        await using var server = await StartAsync(async context =>
        {
            var sender = context.Features.Get<IFileSender>()!;
            context.Response.ContentLength = 1000L * _content.Length;
            await sender.BeginAsync(context.Response, default);
            ended.SetResult(await Record.ExceptionAsync(async () =>
            {
                for (var i = 0; i < 1000; i++)
                {
                    await sender.SendAsync(context.Response, file, 0, _content.Length, default);
                }
            }));
        });
        using (var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { LingerState = new(true, 0) })
        {
            await socket.ConnectAsync(server.Address.Host, server.Address.Port);
            await socket.SendAsync("GET / HTTP/1.1\r\nHost: registry.example\r\n\r\n"u8.ToArray());
            await socket.ReceiveAsync(new byte[1000]);
        }

        Assert.IsAssignableFrom<IOException>(await ended.Task.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [SkippableFact]
    public async Task What_stays_on_this_machine_is_not_paced()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Only in Linux does a connection choose its congestion control.");
        await using var server = await StartAsync(context =>
        {
            var socket = context.Features.Get<IConnectionSocketFeature>()!.Socket;
            var name = new byte[16];
            var length = socket.GetRawSocketOption(6, 13, name); // IPPROTO_TCP, TCP_CONGESTION
            return context.Response.WriteAsync(Encoding.ASCII.GetString(name, 0, length).TrimEnd('\0'));
        });
        using var client = new HttpClient();

        Assert.Equal("reno", await client.GetStringAsync(server.Address));
    }

    [SkippableFact]
    public async Task An_answer_in_chunks_is_not_sent_from_a_file()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Only in Linux are files sent by the system.");
        await using var server = await StartAsync(async context =>
        {
            var isPossible = await context.Features.Get<IFileSender>()!.BeginAsync(context.Response, default);
            await context.Response.WriteAsync(isPossible ? "possible" : "impossible");
        });
        using var client = new HttpClient();

        Assert.Equal("impossible", await client.GetStringAsync(server.Address));
    }

    [SkippableFact]
    public async Task A_large_blob_is_pulled_whole_until_a_byte_of_its_file_is_another()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Only in Linux are files sent by the system.");
        await using var server = await ServerApp.BuildAsync(_folder.Input([AnyPort]), CancellationToken.None);
        await server.StartAsync(CancellationToken.None);
        using var http = new HttpClient { BaseAddress = server.Address };
        var client = new Client(http);
        var layer = Client.RandomBytes(40_000_001);
        var digest = await client.PushBlobAsync("large/blob", layer);
        var file = Directory.EnumerateFiles(_folder.Working, "*", SearchOption.AllDirectories)
            .Single(path => new FileInfo(path).Length == layer.Length);
        await SettleAsync(file);

        for (var i = 0; i < 3; i++)
        {
            var pulled = await http.GetByteArrayAsync($"/v2/large/blob/blobs/{digest}");
            Assert.True(layer.AsSpan().SequenceEqual(pulled));
        }
        var written = File.GetLastWriteTimeUtc(file);
        using (var handle = File.OpenHandle(file, FileMode.Open, FileAccess.Write))
        {
            RandomAccess.Write(handle, [(byte)(layer[5] ^ 1)], 5);
        }
        File.SetLastWriteTimeUtc(file, written);
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetByteArrayAsync($"/v2/large/blob/blobs/{digest}"));
        await SettleAsync(file);
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetByteArrayAsync($"/v2/large/blob/blobs/{digest}"));
    }

    /// <summary>Until a change of the file would show.</summary>
    private static async Task SettleAsync(string path)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var handle = File.OpenHandle(path);
        while (!FileStamp.Of(handle)!.Value.IsSettled())
        {
            await Task.Delay(10, deadline.Token);
        }
    }

    private SafeFileHandle OpenFile()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Only in Linux are files sent by the system.");
        var path = Path.Join(_folder.Working, "content");
        File.WriteAllBytes(path, _content);
        return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, FileOptions.Asynchronous);
    }

    private async Task<ServerApp> StartAsync(RequestDelegate answer)
    {
        var input = _folder.Input([AnyPort]);
        var configuration = ServerConfiguration.Read(input, CommandLine.Parse(input.Arguments));
        var server = ServerApp.Build(input, configuration, _ => answer);
        await server.StartAsync(CancellationToken.None);
        return server;
    }
}
