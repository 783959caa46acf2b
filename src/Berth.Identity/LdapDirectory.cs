using System.DirectoryServices.Protocols;
using System.Net;
using Berth.Auth;
using Berth.Storage;

namespace Berth.Identity;

/// <summary>The people of a directory (LDAP): searched for by name, and known by a bind with their password.</summary>
/// <remarks>
/// <para>Nothing is remembered: each sign-in asks, on a thread of its own, of which there is a bounded number. That names which
/// nobody has take as long as others is the directory's to see to.</para>
/// <para>People are called what their entry says, not what they typed: directories compare without regard to case and
/// spaces.</para>
/// </remarks>
public sealed class LdapDirectory : ICredentialSource
{
    /// <summary>Who vouches for these names.</summary>
    public const string Issuer = "ldap";

    private readonly LdapOptions _options;
    private readonly BoundedThreads _threads;

    /// <summary>Connects to nothing yet.</summary>
    /// <param name="options">What <see cref="LdapOptions.TryCheck"/> finds nothing wrong with.</param>
    public LdapDirectory(LdapOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!options.TryCheck(out var problem))
        {
            throw new ArgumentException($"{problem.Option}: {problem.Reason}", nameof(options));
        }
        (_options, _threads) = (options, new(options.Concurrency, options.Queue));
        LdapTimeouts.Set(options.Timeout);
    }

    /// <inheritdoc/>
    public async Task<SignIn?> SignInAsync(string name, string secret, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(secret);
        // A bind with a name and no password succeeds for everybody (RFC 4513, 5.1.2), and to the C library a NUL ends it.
        if (secret.Length == 0 || secret.Contains('\0', StringComparison.Ordinal) || string.IsNullOrWhiteSpace(name))
        {
            return null;
        }
        return await _threads.RunAsync(() => SignIn(name, secret)).WaitAsync(cancellationToken);
    }

    private SignIn? SignIn(string name, string secret)
    {
        try
        {
            using var connection = Connect();
            Bind(connection, _options.SearchDn, _options.SearchPassword);
            var found = Search(connection, name);
            if (found.Count != 1)
            {
                return found.Count == 0 ? null : Auth.SignIn.Refused("the directory has several of this name");
            }
            var entry = found[0];
            if (entry.DistinguishedName.Length == 0 || NameOf(entry, name) is not { } person)
            {
                return Auth.SignIn.Refused($"the entry has no one {_options.Uid}");
            }
            return TryBind(connection, entry.DistinguishedName, secret)
                ? Auth.SignIn.Accepted(new(PrincipalOf(person, entry)))
                : Auth.SignIn.Refused("the directory refuses the password");
        }
        catch (DirectoryException exception)
        {
            throw new StorageException($"the directory {_options.Url} does not answer: {exception.Message}", exception);
        }
        catch (DllNotFoundException exception)
        {
            throw new StorageException("the OpenLDAP client library (libldap) is not installed", exception);
        }
    }

    private LdapConnection Connect()
    {
        var connection = new LdapConnection(
            new LdapDirectoryIdentifier(_options.Url!.IdnHost, _options.Port, fullyQualifiedDnsHostName: false, connectionless: false))
        {
            AutoBind = false,
            Timeout = _options.Timeout,
        };
        try
        {
            var session = connection.SessionOptions;
            session.ProtocolVersion = 3;
            session.ReferralChasing = ReferralChasingOptions.None; // nobody else is told a password
            if (_options.TrustedCertificates is { } folder && !OperatingSystem.IsWindows())
            {
                session.TrustedCertificatesDirectory = folder;
                session.StartNewTlsSessionContext();
            }
            session.SecureSocketLayer = _options.IsLdaps;
            if (_options.UsesStartTls)
            {
                StartTls(connection);
            }
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The package connects with the first request, and StartTLS is none to it (dotnet/runtime issue 56619): it asks for an
    /// attribute of nothing first, as nobody.
    /// </summary>
    private void StartTls(LdapConnection connection)
    {
        try
        {
            connection.SendRequest(new SearchRequest("", "(objectClass=*)", SearchScope.Base, "1.1"), _options.Timeout);
        }
        catch (DirectoryOperationException exception) when (exception.Response is not null)
        {
            // An answer, too: there is a connection.
        }
        connection.SessionOptions.StartTransportLayerSecurity(null);
    }

    private static void Bind(LdapConnection connection, string? dn, string? password)
    {
        if (string.IsNullOrEmpty(dn))
        {
            connection.AuthType = AuthType.Anonymous;
            connection.Bind();
        }
        else
        {
            connection.AuthType = AuthType.Basic;
            connection.Bind(new NetworkCredential(dn, password));
        }
    }

    /// <summary>Binds as a person. False only where the directory says that it is the person who may not.</summary>
    private static bool TryBind(LdapConnection connection, string dn, string secret)
    {
        try
        {
            Bind(connection, dn, secret);
            return true;
        }
        catch (LdapException exception) when ((ResultCode)exception.ErrorCode
            is (ResultCode)49 // invalidCredentials, which the package does not name
            or ResultCode.InappropriateAuthentication or ResultCode.UnwillingToPerform
            or ResultCode.ConstraintViolation or ResultCode.InsufficientAccessRights or ResultCode.NoSuchObject)
        {
            return false;
        }
    }

    /// <returns>The entries of a name, no more than two.</returns>
    private SearchResultEntryCollection Search(LdapConnection connection, string name)
    {
        var request = new SearchRequest(
            _options.BaseDn, LdapFilter.Of(_options.Filter, _options.Uid, name),
            _options.Scope switch
            {
                LdapScope.Base => SearchScope.Base,
                LdapScope.OneLevel => SearchScope.OneLevel,
                _ => SearchScope.Subtree,
            },
            _options.GroupAttribute.Length == 0 ? [_options.Uid] : [_options.Uid, _options.GroupAttribute])
        {
            SizeLimit = 2,
            TimeLimit = _options.Timeout,
            Aliases = DereferenceAlias.Never,
        };
        try
        {
            return ((SearchResponse)connection.SendRequest(request, _options.Timeout)).Entries;
        }
        catch (DirectoryOperationException exception)
            when (exception.Response is SearchResponse { ResultCode: ResultCode.SizeLimitExceeded } some)
        {
            return some.Entries;
        }
    }

    /// <summary>What the entry calls the person; where it has several names, the one that was typed.</summary>
    private string? NameOf(SearchResultEntry entry, string typed)
    {
        var names = Values(entry, _options.Uid);
        return names.Length == 1
            ? names[0] : Array.Find(names, name => name.Equals(typed.Trim(), StringComparison.OrdinalIgnoreCase));
    }

    private Principal PrincipalOf(string name, SearchResultEntry entry)
    {
        var groups = _options.GroupAttribute.Length == 0 ? [] : Values(entry, _options.GroupAttribute);
        return new(PrincipalKind.User, Issuer, name)
        {
            Groups = groups,
            IsAdministrator = _options.AdministratorGroup is { Length: > 0 } group
                && groups.Contains(group, StringComparer.OrdinalIgnoreCase),
        };
    }

    private static string[] Values(SearchResultEntry entry, string attribute) =>
        entry.Attributes[attribute] is { } values ? [.. values.GetValues(typeof(string)).Cast<string>()] : [];
}
