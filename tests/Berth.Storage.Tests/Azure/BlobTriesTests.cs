using System.Buffers;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Berth.Storage.Tests.Azure;

/// <summary>The tries of one request: how long each may take, and what each sends.</summary>
public sealed class BlobTriesTests
{
    private static readonly byte[] Content = Data.Bytes(300_000);

    public static TheoryData<bool> Writes => [true, false];

    private static CancellationToken None => CancellationToken.None;

    [Theory]
    [InlineData(10, 10)]
    [InlineData(1024 * 1024, 10)]
    [InlineData((1024 * 1024) + 1, 45)]
    [InlineData(8 * 1024 * 1024, 45)]
    public async Task A_try_has_time_for_what_it_sends(int length, int seconds)
    {
        using var client = new HttpClient(AnsweringHandler.InTurn(AnsweringHandler.Created));
        var transport = new NotingTransport(new(client));
        var store = new AnsweringHandler(_ => throw new InvalidOperationException()).Store(transport: transport);
        var content = new ReadOnlySequence<byte>(Data.Bytes(length));
        await store.PutAsync("key", content, None);
        await store.UploadPartAsync("key", "blocks", new(1, 0, "a"), content, None);
        await store.CompleteUploadAsync("key", "blocks", ["1:a"], None);

        var body = TimeSpan.FromSeconds(seconds);
        Assert.Equal([body, body, TimeSpan.FromSeconds(10)], transport.Timeouts);
    }

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task A_try_that_was_given_up_takes_nothing_from_the_next(bool part)
    {
        using var service = new ImpatientService();
        var store = new AnsweringHandler(_ => throw new InvalidOperationException())
            .Store(transport: new HttpClientTransport(new HttpClient(service, disposeHandler: false)));
        var content = new ReadOnlySequence<byte>(Content);
        if (part)
            await store.UploadPartAsync("key", "blocks", new(1, 0, "a"), content, None);
        else
            await store.PutAsync("key", content, None);

        Assert.Equal(Content, service.Second.ToArray());
        Assert.Equal(Content, service.First.ToArray());
    }

    [Fact]
    public async Task A_try_that_was_given_up_gets_nothing_when_the_buffers_are_another_s()
    {
        var stream = new SequenceStream(new(Content));
        using var sent = new HeldStream(chunks: 1);
        var sending = stream.CopyToAsync(sent);
        await stream.DisposeAsync();
        sent.Release();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => sending);
        Assert.InRange(sent.Length, 1, Content.Length - 1);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => stream.CopyToAsync(Stream.Null));
        Assert.Throws<ObjectDisposedException>(() => stream.Read(new byte[1]));
    }

    [Fact]
    public async Task A_body_can_be_read_from_anywhere()
    {
        await using var stream = new SequenceStream(new(Content));
        stream.Position = 100;
        var bytes = new byte[50];
        await stream.ReadExactlyAsync(bytes);
        Assert.Equal(Content[100..150], bytes);
        Assert.Equal(150, stream.Position);
        Assert.Equal(Content.Length - 10, stream.Seek(-10, SeekOrigin.End));
        using var rest = new MemoryStream();
        await stream.CopyToAsync(rest);
        Assert.Equal(Content[^10..], rest.ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.Position = Content.Length + 1);
    }

    /// <summary>Notes how long each request may take.</summary>
    private sealed class NotingTransport(HttpClientTransport transport) : HttpPipelineTransport
    {
        public List<TimeSpan?> Timeouts { get; } = [];

        public override void Process(HttpMessage message) => throw new NotSupportedException();

        public override ValueTask ProcessAsync(HttpMessage message)
        {
            Timeouts.Add(message.NetworkTimeout);
            return transport.ProcessAsync(message);
        }

        public override Request CreateRequest() => transport.CreateRequest();
    }

    /// <summary>Gives up the first request while it is sent; its sending goes on in the midst of the second one's.</summary>
    private sealed class ImpatientService : HttpMessageHandler
    {
        private Task _sendingFirst = Task.CompletedTask;

        public HeldStream First { get; } = new(chunks: 1);

        public HeldStream Second { get; } = new(chunks: 2);

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (First.Length == 0)
            {
                _sendingFirst = request.Content!.CopyToAsync(First, CancellationToken.None);
                throw new HttpRequestException("reset");
            }

            var sending = request.Content!.CopyToAsync(Second, cancellationToken);
            First.Release();
            await _sendingFirst;
            Second.Release();
            await sending;
            var response = AnsweringHandler.Created();
            response.RequestMessage = request;
            return response;
        }

        protected override void Dispose(bool disposing)
        {
            First.Dispose();
            Second.Dispose();
            base.Dispose(disposing);
        }
    }

    /// <summary>Takes some chunks at once, and the others when it is told to.</summary>
    private sealed class HeldStream(int chunks) : MemoryStream
    {
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _chunks;

        public void Release() => _released.SetResult();

        public override async ValueTask WriteAsync(
            ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Write(buffer.Span);
            if (++_chunks == chunks)
                await _released.Task.WaitAsync(TimeSpan.FromSeconds(30), cancellationToken);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }
}
