using Berth.Server.Configuration;

namespace Berth.Tests.Server;

public sealed class ListenAddressTests
{
    [Theory]
    [InlineData(":5000", ":5000", null, false)]
    [InlineData("localhost:5001", "localhost:5001", null, true)]
    [InlineData("0.0.0.0:5000", "0.0.0.0:5000", null, false)]
    [InlineData("[::]:5000", ":5000", null, false)]
    [InlineData("[::1]:5000", "[::1]:5000", null, true)]
    [InlineData("127.0.0.1:0", "127.0.0.1:0", null, true)]
    [InlineData("127.8.9.1:5000", "127.8.9.1:5000", null, true)]
    [InlineData("10.1.2.3:65535", "10.1.2.3:65535", null, false)]
    [InlineData("http://127.0.0.1:5000", "127.0.0.1:5000", "http", true)]
    [InlineData("http://127.0.0.1:5000/", "127.0.0.1:5000", "http", true)]
    [InlineData("HTTPS://*:443", ":443", "https", false)]
    [InlineData("http://+:80", ":80", "http", false)]
    public void An_address_is_read_in_the_forms_of_docker_and_of_dotnet(
        string text, string expected, string? scheme, bool loopback)
    {
        Assert.True(ListenAddress.TryParse(text, out var address));
        Assert.Equal(expected, address.ToString());
        Assert.Equal(scheme, address.Scheme);
        Assert.Equal(loopback, address.IsLoopback);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5000")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:")]
    [InlineData("127.0.0.1:65536")]
    [InlineData("127.0.0.1:-1")]
    [InlineData("127.0.0.1: 80")]
    [InlineData("127.0.0.1:+80")]
    [InlineData("127.1:80")]
    [InlineData("::1:5000")]
    [InlineData("[127.0.0.1]:5000")]
    [InlineData("registry.example.com:5000")]
    [InlineData("http://127.0.0.1:5000/v2")]
    [InlineData("ftp://127.0.0.1:5000")]
    [InlineData("/run/registry.sock")]
    public void Anything_else_is_no_address(string text) => Assert.False(ListenAddress.TryParse(text, out _));
}
