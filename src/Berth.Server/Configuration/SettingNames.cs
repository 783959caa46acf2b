namespace Berth.Server.Configuration;

/// <summary>Every setting there is, as appsettings.json spells it.</summary>
internal static class SettingNames
{
    public const string Address = "Berth:Http:Address";
    public const string TlsCertificate = "Berth:Http:TlsCertificate";
    public const string TlsKey = "Berth:Http:TlsKey";
    public const string Headers = "Berth:Http:Headers:";
    public const string Provider = "Berth:Storage:Provider";
    public const string FileSystemRoot = "Berth:Storage:FileSystem:Root";
    public const string DeleteEnabled = "Berth:DeleteEnabled";
    public const string AllowMissingReferences = "Berth:AllowMissingReferences";
    public const string MaximumManifestSize = "Berth:MaximumManifestSize";
    public const string UploadBufferSize = "Berth:UploadBufferSize";
    public const string RedirectEnabled = "Berth:RedirectEnabled";
    public const string RedirectLifetime = "Berth:RedirectLifetime";
    public const string LogLevel = "Berth:Log:Level";
    public const string ShutdownTimeout = "Berth:ShutdownTimeout";

    /// <summary>Each setting with what the help says of it.</summary>
    public static IReadOnlyList<(string Name, string Meaning)> All { get; } =
    [
        (Address, "where to listen: host:port, :port, http://… or https://… (http://127.0.0.1:5000)"),
        (TlsCertificate, "PEM file with the certificate and its chain"),
        (TlsKey, "PEM file with the certificate's key"),
        (Headers + "NAME", "a header added to every answer"),
        (Provider, $"where data is kept: {StorageProviders.Names} (filesystem)"),
        (FileSystemRoot, "the folder of the filesystem provider (./data)"),
        (DeleteEnabled, "whether anything may be deleted (true)"),
        (AllowMissingReferences, "whether a manifest may name what was not pushed (false)"),
        (MaximumManifestSize, "the largest manifest accepted (4MiB)"),
        (UploadBufferSize, "memory for all uploads together (128MiB)"),
        (RedirectEnabled, "whether downloads are redirected where the store can sign (true)"),
        (RedirectLifetime, "how long a redirect is valid (20m)"),
        (LogLevel, "debug, info, warn or error (info)"),
        (ShutdownTimeout, "how long running requests have at the end (60s)"),
    ];

    /// <summary>Whether there is a setting of that name. Names ignore case.</summary>
    public static bool Contains(string name) =>
        All.Any(known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        || (name.Length > Headers.Length && name.StartsWith(Headers, StringComparison.OrdinalIgnoreCase)
            && !name.AsSpan(Headers.Length).Contains(':'));
}
