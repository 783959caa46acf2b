using System.Net;
using System.Net.Sockets;
using Berth.Server;
using Berth.Server.Configuration;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Berth.Tests.Server;

public sealed class ServerAppTests : IDisposable
{
    private const string AnyPort = "--Berth:Http:Address=127.0.0.1:0";
    private const string InMemory = "--Berth:Storage:Provider=memory";
    private readonly ServerFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_first_line_tells_the_address_the_store_and_what_to_try()
    {
        var input = _folder.Input([AnyPort]);
        await using var server = await ServerApp.BuildAsync(input, CancellationToken.None);
        await server.StartAsync(CancellationToken.None);

        var port = server.Address.Port;
        Assert.NotEqual(0, port);
        Assert.Matches(
            $@"\ABerth [0-9.]+ listens on http://127\.0\.0\.1:{port}, keeps its data in .*data; "
            + $@"try: docker push 127\.0\.0\.1:{port}/hello-world\s+\z",
            input.Output.ToString());
        await server.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Configured_headers_are_on_every_answer_and_never_in_place_of_the_registrys()
    {
        await using var server = await StartAsync(
            [
                AnyPort, "--Berth:Http:Headers:X-Two:0=a", "--Berth:Http:Headers:X-Two:1=b",
                "--Berth:Http:Headers:X-Own=no",
            ],
            context =>
            {
                context.Response.Clear();
                context.Response.StatusCode = 404;
                context.Response.Headers["X-Own"] = "yes";
                return Task.CompletedTask;
            });
        using var client = new HttpClient();

        using var response = await client.GetAsync(server.Address);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal(["a", "b"], response.Headers.GetValues("X-Two"));
        Assert.Equal(["yes"], response.Headers.GetValues("X-Own"));
        Assert.False(response.Headers.Contains("Server"));
    }

    [Fact]
    public async Task Stopping_lets_a_running_request_finish()
    {
        var entered = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        var stopping = new TaskCompletionSource();
        await using var server = await StartAsync([AnyPort], async context =>
        {
            var lifetime = context.RequestServices.GetRequiredService<IHostApplicationLifetime>();
            lifetime.ApplicationStopping.Register(stopping.SetResult);
            entered.SetResult();
            await release.Task;
            await context.Response.WriteAsync("whole");
        });
        using var client = new HttpClient();

        var answer = client.GetStringAsync(server.Address);
        await entered.Task.WaitAsync(TimeSpan.FromSeconds(30));
        var stop = server.StopAsync(CancellationToken.None);
        await stopping.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.False(stop.IsCompleted);
        release.SetResult();

        Assert.Equal("whole", await answer.WaitAsync(TimeSpan.FromSeconds(30)));
        await stop.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("100ms")]
    public async Task Stopping_waits_no_longer_than_it_was_told(string timeout)
    {
        var entered = new TaskCompletionSource();
        await using var server = await StartAsync([AnyPort, $"--Berth:ShutdownTimeout={timeout}"], async context =>
        {
            entered.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        using var client = new HttpClient();
        var answer = client.GetStringAsync(server.Address);
        await entered.Task.WaitAsync(TimeSpan.FromSeconds(30));

        await server.StopAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));

        await Assert.ThrowsAnyAsync<Exception>(() => answer.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task A_body_larger_than_the_usual_limit_of_aspnet_is_taken()
    {
        const int Size = 40_000_000;
        await using var server = await StartAsync([AnyPort], async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Response.StatusCode = 201;
        });
        using var client = new HttpClient();

        using var response = await client.PutAsync(server.Address, new ByteArrayContent(new byte[Size]));

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
    }

    [Theory]
    [InlineData("127.0.0.1:{0}")]
    [InlineData("localhost:{0}")]
    public async Task An_address_in_use_ends_the_start_with_one_line(string address)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        address = address.Replace("{0}", $"{port}", StringComparison.Ordinal);

        await RefusedAsync(
            $"Berth:Http:Address: cannot listen on {address}", InMemory, $"--Berth:Http:Address={address}");
    }

    [Fact]
    public async Task A_store_that_cannot_be_used_ends_the_start_with_one_line()
    {
        _folder.Write("file", "in the way");
        await RefusedAsync("Berth:Storage:FileSystem:Root: ", AnyPort, "--Berth:Storage:FileSystem:Root=file/data");
    }

    [Fact]
    public Task A_bad_value_ends_the_start_with_one_line() =>
        RefusedAsync("--Berth:Storage:Provider: ", AnyPort, "--Berth:Storage:Provider=tape");

    [Theory]
    [InlineData("--help", "Usage: ")]
    [InlineData("-h", "Usage: ")]
    [InlineData("--version", "Berth 0.")]
    public async Task The_help_and_the_version_are_printed_without_a_start(string argument, string beginning)
    {
        var input = _folder.Input([argument]);
        Assert.Equal(0, await ServerApp.RunAsync(input, CancellationToken.None));
        Assert.StartsWith(beginning, input.Output.ToString(), StringComparison.Ordinal);
    }

    private async Task<ServerApp> StartAsync(string[] arguments, RequestDelegate answer)
    {
        var input = _folder.Input(arguments);
        var configuration = ServerConfiguration.Read(input, CommandLine.Parse(input.Arguments));
        var server = ServerApp.Build(input, configuration, _ => answer);
        await server.StartAsync(CancellationToken.None);
        return server;
    }

    private async Task RefusedAsync(string reason, params string[] arguments)
    {
        var input = _folder.Input(arguments);
        Assert.Equal(1, await ServerApp.RunAsync(input, CancellationToken.None));
        var error = input.Error.ToString()!;
        Assert.StartsWith($"Berth does not start: {reason}", error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal("", input.Output.ToString());
    }
}
