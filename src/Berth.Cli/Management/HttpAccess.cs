using System.Net;
using System.Net.Http.Headers;
using System.Reflection;
using System.Security.Authentication;

namespace Berth.Cli.Management;

/// <summary>HTTP as everything that carries a secret needs it: certificates are checked, and no redirect is followed.</summary>
internal static class HttpAccess
{
    private const int LargestAnswer = 16 * 1024 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static HttpClient Open(Uri address)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(15),
            // What goes to this machine unencrypted must not go through another.
            UseProxy = !address.IsLoopback,
        };
        var client = new HttpClient(handler)
        {
            BaseAddress = address,
            Timeout = Patience,
            MaxResponseContentBufferSize = LargestAnswer,
        };
        client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue(
            "berth", Assembly.GetExecutingAssembly().GetName().Version?.ToString(3)));
        return client;
    }

    /// <summary>Sends a request, and reads the whole answer.</summary>
    /// <exception cref="CommandException">There is none, or it sends elsewhere.</exception>
    public static async Task<HttpResponseMessage> SendAsync(
        HttpClient client, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var server = new Uri(client.BaseAddress!, request.RequestUri!).GetLeftPart(UriPartial.Authority);
        HttpResponseMessage response;
        try
        {
            response = await client.SendAsync(request, cancellationToken);
        }
        catch (HttpRequestException e) when (e.InnerException is AuthenticationException inner)
        {
            throw new CommandException($"{server} is not trusted: {inner.Message}", e);
        }
        catch (HttpRequestException e)
        {
            throw new CommandException($"{server} cannot be asked: {e.Message}", e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CommandException($"{server} does not answer", e);
        }
        if ((int)response.StatusCode is < 300 or >= 400 || response.StatusCode == HttpStatusCode.NotModified)
            return response;
        using (response)
        {
            throw new CommandException(
                $"{server} sends elsewhere, to {response.Headers.Location?.ToString() ?? "nowhere"}: "
                + "secrets do not follow; name the right address");
        }
    }
}
