using Berth.Accounts;
using Berth.Auth;
using Berth.Content;
using Berth.Errors;
using Berth.Stores;
using Microsoft.AspNetCore.Http;

namespace Berth;

/// <summary>A request whose path has been parsed: endpoints see values, never text.</summary>
internal sealed class RegistryRequest(HttpContext context)
{
    public HttpContext Context { get; } = context;

    public HttpRequest Http => Context.Request;

    public HttpResponse Response => Context.Response;

    public bool IsHead => HttpMethods.IsHead(Http.Method);

    /// <summary>Whether a token was sent, and not a name and a secret.</summary>
    public bool IsBearer => Http.Headers.Authorization.ToString().StartsWith("Bearer", StringComparison.OrdinalIgnoreCase);

    /// <summary>Fires when the client goes away.</summary>
    public CancellationToken Aborted => Context.RequestAborted;

    /// <summary>Whether this instance wants no further requests.</summary>
    public bool IsDraining { get; init; }

    /// <summary>Fires when this instance is about to end, and what is being received has to be saved.</summary>
    public CancellationToken Stopping { get; init; }

    /// <summary>What answers it; <see langword="null"/> where nothing does.</summary>
    public Route? Route { get; set; }

    public RepositoryName Repository { get; private set; }

    /// <summary>The project of the repository; <see langword="null"/> where the path names none.</summary>
    public ProjectName? Project { get; private set; }

    /// <summary>The account that the path names.</summary>
    public AccountName User { get; private set; }

    /// <summary>The group that the path names.</summary>
    public AccountName Group { get; private set; }

    /// <summary>The robot that the path names, of <see cref="Project"/>.</summary>
    public AccountName Robot { get; private set; }

    /// <summary>The member that the path names.</summary>
    public (MemberKind Kind, string Name) Member { get; private set; }

    /// <summary>The id of a personal token that the path names: any text.</summary>
    public string Token { get; private set; } = "";

    public Reference Reference { get; private set; }

    public Digest Digest { get; private set; }

    public UploadId Upload { get; private set; }

    /// <summary>What the caller may do. Set before an endpoint sees the request.</summary>
    public Rights Rights { get; set; } = null!;

    /// <summary>Whose upload sessions this request may touch: not those of a former account of the name.</summary>
    public UploadOwner UploadOwner => new(
        Repository,
        Rights.Caller.Principal is { IsAnonymous: false } principal
            ? principal.Identity is null ? principal.Id : $"{principal.Id}#{principal.Identity}"
            : null);

    /// <summary>What went wrong, for the log, where an endpoint told the client itself.</summary>
    public Exception? Trouble { get; set; }

    /// <summary>How many bytes of content came or went, for the log.</summary>
    public long Bytes { get; set; }

    /// <summary>Sets one variable of the route's pattern.</summary>
    /// <returns>What is wrong with the text, or <see langword="null"/>.</returns>
    public RegistryError? Bind(string variable, string text)
    {
        switch (variable)
        {
            case "{name}":
                if (!RepositoryName.TryParse(text, out var name))
                {
                    return RegistryError.NameInvalid(text);
                }
                Repository = name;
                Project = ProjectName.Of(name);
                return null;
            case "{digest}":
                if (!Digest.TryParse(text, out var digest))
                {
                    return RegistryError.DigestMalformed(text);
                }
                Digest = digest;
                return null;
            case "{reference}":
                return BindReference(text);
            case "{upload}":
                if (!UploadId.TryParse(text, out var id))
                {
                    return RegistryError.UploadUnknown();
                }
                Upload = id;
                return null;
            case "{token}":
                Token = text;
                return null;
            case "{project}" or "{user}" or "{group}" or "{robot}" or "{kind}" or "{member}":
                return BindName(variable, text);
            default:
                throw new ArgumentException($"no such variable: {variable}", nameof(variable));
        }
    }

    private RegistryError? BindName(string variable, string text)
    {
        var isName = AccountName.TryParse(text, out var name);
        switch (variable)
        {
            case "{project}":
                isName = ProjectName.TryParse(text, out var project);
                Project = project;
                break;
            case "{user}":
                User = name;
                break;
            case "{group}":
                Group = name;
                break;
            case "{robot}":
                Robot = name;
                break;
            case "{kind}":
                isName = MemberKinds.TryParse(text, out var kind);
                Member = (kind, "");
                break;
            default:
                isName = Member.Kind.IsOurs() ? isName : MemberKinds.IsForeignName(text);
                Member = (Member.Kind, text);
                break;
        }
        return isName ? null : RegistryError.PathNameInvalid(variable.Trim('{', '}'), text);
    }

    /// <summary>The one value of a query parameter; more than one are joined, and so no value of any grammar.</summary>
    public string? Query(string name) => Http.Query.TryGetValue(name, out var values) ? values.ToString() : null;

    /// <summary>A path of this registry as a client reaches it: relative, so that no proxy can make it wrong.</summary>
    public string Path(string rest) => $"{Http.PathBase}/v2/{Repository}/{rest}";

    public string BlobPath(Digest digest) => Path($"blobs/{digest}");

    public string UploadPath(UploadId id) => Path($"blobs/uploads/{id}");

    private RegistryError? BindReference(string text)
    {
        if (text.Contains(':', StringComparison.Ordinal))
        {
            if (!Digest.TryParse(text, out var digest))
            {
                return RegistryError.DigestMalformed(text);
            }
            Reference = Reference.To(digest);
            return null;
        }
        if (!Tag.TryParse(text, out var tag))
        {
            return RegistryError.TagInvalid(text);
        }
        Reference = Reference.To(tag);
        return null;
    }
}
