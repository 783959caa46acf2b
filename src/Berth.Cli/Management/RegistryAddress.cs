namespace Berth.Cli.Management;

/// <summary>Where a registry is: scheme, host and port.</summary>
/// <param name="Url">Its URL, without a path.</param>
internal sealed record RegistryAddress(Uri Url)
{
    /// <summary>What clients such as docker call it.</summary>
    public string Host => Url.Authority;

    /// <summary>Reads an address; <c>https</c> where it says no scheme, but <c>http</c> on this machine itself.</summary>
    /// <param name="text">A URL without a path, or a host with or without a port.</param>
    /// <exception cref="CommandException">It is none.</exception>
    public static RegistryAddress Parse(string text)
    {
        var hasScheme = text.Contains("://", StringComparison.Ordinal);
        if (!Uri.TryCreate(hasScheme ? text : $"https://{text}", UriKind.Absolute, out var url)
            || (url.Scheme != Uri.UriSchemeHttps && url.Scheme != Uri.UriSchemeHttp)
            || url.AbsolutePath != "/" || url.Query.Length > 0 || url.Fragment.Length > 0 || url.UserInfo.Length > 0)
        {
            throw new CommandException($"{text}: write a registry as https://HOST or https://HOST:PORT");
        }
        if (!hasScheme && url.IsLoopback)
            url = new Uri($"http://{text}");
        return new(new Uri(url.GetLeftPart(UriPartial.Authority)));
    }

    /// <summary>Refuses a connection that others could listen to.</summary>
    /// <exception cref="CommandException">It is not encrypted, and leads to another machine.</exception>
    public static void RequirePrivate(Uri url)
    {
        if (url.Scheme != Uri.UriSchemeHttps && !url.IsLoopback)
        {
            throw new CommandException(
                $"{url.GetLeftPart(UriPartial.Authority)}: passwords and tokens are not sent unencrypted; use https, "
                + "or allow it with --insecure");
        }
    }

    /// <summary>The URL without a slash at its end.</summary>
    public override string ToString() => Url.GetLeftPart(UriPartial.Authority);
}
