using System.Text.Json;

namespace Berth.Cli.Management;

/// <summary>
/// The device authorization grant (RFC 8628): a person opens a page in any browser, enters a code, and logs in there; this
/// command asks meanwhile whether that is done.
/// </summary>
/// <param name="input">Where the page and the code are shown.</param>
/// <param name="issuer">The issuer.</param>
/// <param name="name">The issuer as it is to call itself.</param>
/// <param name="clientId">What the registry is called there.</param>
/// <param name="isInsecure">Whether a connection to another machine may be unencrypted.</param>
internal sealed class DeviceSignIn(CliInput input, Uri issuer, string name, string clientId, bool isInsecure) : IDisposable
{
    private const string GrantType = "urn:ietf:params:oauth:grant-type:device_code";
    private static readonly TimeSpan UsualInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(30);

    private readonly HttpClient _http = HttpAccess.Open(issuer);

    /// <returns>The identity token.</returns>
    /// <exception cref="CommandException">Nobody logged in, or the issuer has no such grant.</exception>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var configuration = await DiscoverAsync(cancellationToken);
        var start = await PostAsync(
            Endpoint(configuration, "device_authorization_endpoint"),
            [new("client_id", clientId), new("scope", "openid profile email")],
            cancellationToken);
        if (Text(start, "device_code") is not { } code || Text(start, "user_code") is not { } shown
            || (Text(start, "verification_uri") ?? Text(start, "verification_url")) is not { } page)
        {
            throw Refused(start);
        }
        await input.Error.WriteLineAsync($"Open {PrintableText.Of(page)} and enter the code {PrintableText.Of(shown)}");
        if (Text(start, "verification_uri_complete") is { } complete)
            await input.Error.WriteLineAsync($"or open {PrintableText.Of(complete)}");
        var interval = Seconds(start, "interval", LongestInterval) ?? UsualInterval;
        var lifetime = Seconds(start, "expires_in", LongestWait) ?? LongestWait;
        return await WaitAsync(Endpoint(configuration, "token_endpoint"), code, interval, lifetime, cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    private async Task<string> WaitAsync(
        Uri endpoint, string code, TimeSpan interval, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        var end = input.Time.GetUtcNow() + lifetime;
        while (input.Time.GetUtcNow() + interval < end)
        {
            await Task.Delay(interval, input.Time, cancellationToken);
            var answer = await PostAsync(
                endpoint, [new("grant_type", GrantType), new("device_code", code), new("client_id", clientId)], cancellationToken);
            switch (Text(answer, "error"))
            {
                case null:
                    return Text(answer, "id_token")
                        ?? throw new CommandException($"{name} gives no identity token: does its client allow the scope openid?");
                case "authorization_pending":
                    break;
                case "slow_down":
                    interval += UsualInterval; // section 3.5: for this and all that follow
                    break;
                case "access_denied":
                    throw new CommandException("the login was refused");
                case "expired_token":
                    throw Late();
                default:
                    throw Refused(answer);
            }
        }
        throw Late();
    }

    /// <summary>Reads where the issuer's endpoints are.</summary>
    private async Task<JsonElement> DiscoverAsync(CancellationToken cancellationToken)
    {
        RequirePrivate(issuer);
        var url = new Uri($"{issuer.GetLeftPart(UriPartial.Path).TrimEnd('/')}/.well-known/openid-configuration");
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        var answer = await ReadAsync(request, cancellationToken);
        // Discovery, section 4.3: another's endpoints are not to be used in this one's name.
        return Text(answer, "issuer")?.TrimEnd('/') == name.TrimEnd('/')
            ? answer
            : throw new CommandException($"{name} is no OpenID Connect issuer of this name");
    }

    private Uri Endpoint(JsonElement configuration, string member)
    {
        if (!Uri.TryCreate(Text(configuration, member), UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http"))
            throw new CommandException($"{name} has no login for devices ({member})");
        RequirePrivate(url);
        return url;
    }

    private void RequirePrivate(Uri url)
    {
        if (!isInsecure)
            RegistryAddress.RequirePrivate(url);
    }

    private async Task<JsonElement> PostAsync(
        Uri endpoint, KeyValuePair<string, string>[] form, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new FormUrlEncodedContent(form) };
        return await ReadAsync(request, cancellationToken);
    }

    private async Task<JsonElement> ReadAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Accept.Add(new("application/json"));
        using var response = await HttpAccess.SendAsync(_http, request, cancellationToken);
        try
        {
            using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            // Said below, as for every other answer that is none.
        }
        throw new CommandException($"{request.RequestUri!.GetLeftPart(UriPartial.Path)} answers with something else than JSON");
    }

    private static CommandException Late() => new("nobody logged in in time: try again");

    private CommandException Refused(JsonElement answer) => new(
        $"{name} refuses: {Text(answer, "error_description") ?? Text(answer, "error") ?? "it answers with something else"}");

    private static string? Text(JsonElement from, string member) =>
        from.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static TimeSpan? Seconds(JsonElement from, string member, TimeSpan most) =>
        from.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.Number
        && value.TryGetDouble(out var seconds) && seconds >= 1
            ? TimeSpan.FromSeconds(Math.Min(seconds, most.TotalSeconds))
            : null;
}
