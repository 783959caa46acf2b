using System.Security.Cryptography;
using Berth.Auth;
using Microsoft.Extensions.Logging;

namespace Berth.Identity;

/// <summary>The users of an htpasswd file, which is read again when it has changed.</summary>
/// <remarks>
/// At most once a second a sign-in reads the file and compares it with what was read before: by content, so that nothing is missed
/// whatever an editor, a mounted secret or a network drive does to times and links. Where it cannot be read or is wrong, those of
/// before remain, and the log says so once.
/// </remarks>
public sealed partial class HtpasswdFile : ICredentialSource
{
    /// <summary>Who vouches for these names.</summary>
    public const string Issuer = "htpasswd";

    private const int MostBytes = 4 * 1024 * 1024;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly string _path;
    private readonly PasswordVerification _passwords;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private HtpasswdEntries _entries;
    private byte[]? _seen;
    private long _lookedAt;
    private int _isLooking;

    private HtpasswdFile(string path, PasswordVerification passwords, TimeProvider time, ILogger logger)
    {
        (_path, _passwords, _time, _logger) = (path, passwords, time, logger);
        var content = Read();
        (_entries, _seen, _lookedAt) = (HtpasswdEntries.Parse(content), SHA256.HashData(content), time.GetUtcNow().Ticks);
        if (_entries.Hashes.Count == 0)
        {
            LogEmpty(path);
        }
    }

    /// <summary>Reads the file.</summary>
    /// <exception cref="HtpasswdException">It is missing, cannot be read, or a line of it is wrong.</exception>
    public static HtpasswdFile Open(
        HtpasswdOptions options, PasswordVerification passwords, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(passwords);
        ArgumentNullException.ThrowIfNull(time);
        return new(options.Path, passwords, time, logger);
    }

    /// <inheritdoc/>
    public async Task<SignIn?> SignInAsync(string name, string secret, CancellationToken cancellationToken)
    {
        var entries = Current();
        var isKnown = entries.Hashes.TryGetValue(name, out var hash);
        if (!BcryptHash.CanHash(secret, out var reason))
        {
            return isKnown ? SignIn.Refused($"password {reason}") : null;
        }
        var isRight = await _passwords.IsRightAsync(
            name, secret, hash ?? entries.Decoy,
            (password, stored) => BcryptHash.IsRight(password, stored, entries.HighestCost), cancellationToken);
        if (!isKnown)
        {
            return null;
        }
        return isRight
            ? SignIn.Accepted(new(new(PrincipalKind.User, Issuer, name)))
            : SignIn.Refused("wrong password");
    }

    /// <summary>One sign-in looks, on a drive that hangs too; the others go on with what is known.</summary>
    private HtpasswdEntries Current()
    {
        var now = _time.GetUtcNow().Ticks;
        // Clocks may be set back.
        if (Math.Abs(now - Volatile.Read(ref _lookedAt)) >= Interval.Ticks && Interlocked.Exchange(ref _isLooking, 1) == 0)
        {
            try
            {
                Look();
            }
            finally
            {
                Volatile.Write(ref _lookedAt, now);
                Volatile.Write(ref _isLooking, 0);
            }
        }
        return Volatile.Read(ref _entries);
    }

    private void Look()
    {
        try
        {
            var content = Read();
            var hash = SHA256.HashData(content);
            if (hash.AsSpan().SequenceEqual(_seen))
            {
                return;
            }
            _seen = hash;
            var entries = HtpasswdEntries.Parse(content);
            Volatile.Write(ref _entries, entries);
            LogChanged(_path, entries.Hashes.Count);
        }
        catch (HtpasswdException exception)
        {
            // Once for each content, and once for not being there.
            if (exception.InnerException is null || _seen is not null)
            {
                LogKept(_path, exception.Message);
            }
            _seen = exception.InnerException is null ? _seen : null;
        }
    }

    private byte[] Read()
    {
        try
        {
            // Whoever writes it meanwhile is not to be kept from it.
            using var file = new FileStream(
                _path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (file.Length > MostBytes)
            {
                throw new IOException("it is larger than 4 MiB");
            }
            var content = new byte[file.Length];
            return content[..file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new HtpasswdException($"{_path} cannot be read: {exception.Message}", exception);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "{Path} has changed: {Users} users")]
    private partial void LogChanged(string path, int users);

    [LoggerMessage(2, LogLevel.Error, "{Path} is not used as it is now, and the users of before remain: {Problem}")]
    private partial void LogKept(string path, string problem);

    [LoggerMessage(3, LogLevel.Warning, "{Path} has no users: nobody can log in")]
    private partial void LogEmpty(string path);
}
