using Berth.Errors;
using Microsoft.AspNetCore.Http;

namespace Berth;

/// <summary>Finds the route of a path. A slash at its end is ignored.</summary>
internal sealed class Router
{
    private const string Name = "{name}";

    private readonly Group[] _groups;
    private readonly bool _deleteEnabled;

    /// <param name="routes">Where two patterns match one path, the first wins.</param>
    /// <param name="deleteEnabled">False to refuse every route that deletes.</param>
    public Router(IEnumerable<Route> routes, bool deleteEnabled)
    {
        _deleteEnabled = deleteEnabled;
        _groups = [.. routes.GroupBy(route => route.Pattern).Select(group => new Group(group.Key, [.. group], IsEnabled))];
    }

    /// <summary>Finds the route and binds the variables of its pattern.</summary>
    public RegistryError? Find(RegistryRequest request, out Route? route)
    {
        route = null;
        var path = request.Http.Path.Value ?? "";
        var segments = path.TrimStart('/').Split('/');
        if (segments is [.., ""])
        {
            segments = segments[..^1];
        }
        foreach (var group in _groups)
        {
            if (group.Match(segments) is not { } skipped)
            {
                continue;
            }
            route = HttpMethods.IsOptions(request.Http.Method)
                ? group.Options
                : Array.Find(group.Routes, one => one.Methods.Contains(request.Http.Method));
            if (route is null)
            {
                return RegistryError.MethodNotAllowed(group.Allowed);
            }
            return group.Bind(request, segments, skipped)
                ?? (IsEnabled(route) ? null : RegistryError.DeleteDisabled(group.Allowed));
        }
        return RegistryError.PathUnknown();
    }

    private bool IsEnabled(Route route) => _deleteEnabled || route.Access != Access.Delete;

    private sealed class Group
    {
        private readonly string[] _segments;

        public Group(string pattern, Route[] routes, Func<Route, bool> isEnabled)
        {
            _segments = pattern.Trim('/').Split('/');
            Routes = routes;
            Allowed = string.Join(", ", routes.Where(isEnabled).SelectMany(route => route.Methods));
            Options = new("options", [HttpMethods.Options], pattern, Access.None, AllowAsync);
        }

        public Route[] Routes { get; }

        public string Allowed { get; }

        /// <summary>
        /// OPTIONS of any path: what a browser asks before a page of another origin may call the registry. Which origins
        /// may is told by headers that the host adds.
        /// </summary>
        public Route Options { get; }

        /// <returns>By how many segments {name} is longer than one; <see langword="null"/> when the path differs.</returns>
        public int? Match(string[] path)
        {
            var name = Array.IndexOf(_segments, Name);
            var skipped = path.Length - _segments.Length;
            if (skipped < 0 || (name < 0 && skipped > 0))
            {
                return null;
            }
            for (var i = 0; i < _segments.Length; i++)
            {
                var segment = _segments[i];
                if (segment[0] != '{' && segment != path[i < name || name < 0 ? i : i + skipped])
                {
                    return null;
                }
            }
            return skipped;
        }

        private Task<RegistryError?> AllowAsync(RegistryRequest request)
        {
            request.Response.Headers.Allow = Allowed;
            request.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.FromResult<RegistryError?>(null);
        }

        public RegistryError? Bind(RegistryRequest request, string[] path, int skipped)
        {
            RegistryError? error = null;
            for (int i = 0, at = 0; i < _segments.Length; i++)
            {
                var count = _segments[i] == Name ? skipped + 1 : 1;
                if (_segments[i][0] == '{')
                {
                    error ??= request.Bind(_segments[i], string.Join('/', path, at, count));
                }
                at += count;
            }
            return error;
        }
    }
}
