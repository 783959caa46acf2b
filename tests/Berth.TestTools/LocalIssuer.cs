using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Berth.TestTools;

/// <summary>An identity provider on a free port of 127.0.0.1: it describes itself, publishes keys, and signs any claims.</summary>
public sealed class LocalIssuer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<(string Id, ECDsa Key)> _keys = [];
    private int _requests;

    private LocalIssuer(WebApplication app) => _app = app;

    /// <summary>Its name: its URL.</summary>
    public string Issuer { get; private set; } = "";

    /// <summary>What it says that its name is.</summary>
    public string Published { get; set; } = "";

    /// <summary>Where it says that its keys are.</summary>
    public string KeysAddress { get; set; } = "";

    /// <summary>What it answers instead of what it should.</summary>
    public Func<HttpContext, Task>? Fault { get; set; }

    /// <summary>How often it was asked for anything.</summary>
    public int Requests => Volatile.Read(ref _requests);

    public static async Task<LocalIssuer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var issuer = new LocalIssuer(app);
        app.Run(issuer.AnswerAsync);
        await app.StartAsync();
        issuer.Issuer = issuer.Published =
            app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        issuer.KeysAddress = issuer.Issuer + "/keys";
        issuer.Rotate();
        return issuer;
    }

    /// <summary>Makes a new key, with which it signs from now on; the former ones stay published.</summary>
    /// <returns>The new key's id.</returns>
    public string Rotate()
    {
        _keys.Add(($"key-{_keys.Count + 1}", ECDsa.Create(ECCurve.NamedCurves.nistP256)));
        return _keys[^1].Id;
    }

    /// <summary>A token of this issuer, signed with its newest key.</summary>
    /// <param name="audience">Whom it is for.</param>
    /// <param name="subject">Whom it is about.</param>
    /// <param name="now">When it is made; it ends five minutes later.</param>
    /// <param name="change">What else it says.</param>
    public string Token(string audience, string subject, DateTimeOffset now, Action<JsonObject>? change = null)
    {
        var claims = new JsonObject
        {
            ["iss"] = Issuer,
            ["aud"] = audience,
            ["sub"] = subject,
            ["iat"] = now.ToUnixTimeSeconds(),
            ["nbf"] = now.ToUnixTimeSeconds(),
            ["exp"] = now.AddMinutes(5).ToUnixTimeSeconds(),
        };
        change?.Invoke(claims);
        return Sign(new() { ["alg"] = "ES256", ["typ"] = "JWT", ["kid"] = _keys[^1].Id }, claims);
    }

    /// <summary>A token of any text, signed with its newest key.</summary>
    public string Sign(JsonObject header, JsonObject claims)
    {
        var text = $"{Encode(header)}.{Encode(claims)}";
        var signature = _keys[^1].Key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256);
        return $"{text}.{Base64Url.EncodeToString(signature)}";
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _keys.ForEach(key => key.Key.Dispose());
    }

    private static string Encode(JsonObject part) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(part.ToJsonString()));

    private Task AnswerAsync(HttpContext context)
    {
        Interlocked.Increment(ref _requests);
        return Fault is { } fault ? fault(context) : context.Request.Path.Value switch
        {
            "/.well-known/openid-configuration" => context.Response.WriteAsync(
                new JsonObject { ["issuer"] = Published, ["jwks_uri"] = KeysAddress }.ToJsonString()),
            "/keys" => context.Response.WriteAsync(
                new JsonObject { ["keys"] = new JsonArray([.. _keys.Select(key => Publish(key.Id, key.Key))]) }.ToJsonString()),
            _ => NotFoundAsync(context),
        };
    }

    private static Task NotFoundAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static JsonObject Publish(string id, ECDsa key)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return new JsonObject
        {
            ["kty"] = "EC",
            ["use"] = "sig",
            ["alg"] = "ES256",
            ["crv"] = "P-256",
            ["kid"] = id,
            ["x"] = Base64Url.EncodeToString(point.X),
            ["y"] = Base64Url.EncodeToString(point.Y),
        };
    }
}
