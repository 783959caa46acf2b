using Berth.Errors;
using Microsoft.AspNetCore.Http;

namespace Berth;

/// <summary>Finds the route of a path. A slash at its end is ignored.</summary>
internal sealed class Router
{
    private const string Name = "{name}";

    /// <summary>Paths of no more are taken apart without the heap: any image's.</summary>
    private const int FewSegments = 32;

    private readonly Group[] _groups;
    private readonly bool _deleteEnabled;

    /// <param name="routes">Where two patterns match one path, the first wins.</param>
    /// <param name="deleteEnabled">False to refuse every route that deletes.</param>
    public Router(IEnumerable<Route> routes, bool deleteEnabled)
    {
        _deleteEnabled = deleteEnabled;
        _groups = [.. routes.GroupBy(route => route.Pattern).Select(group => new Group(group.Key, [.. group], IsEnabled))];
    }

    /// <summary>Finds the request's route and binds the variables of its pattern.</summary>
    public RegistryError? Find(RegistryRequest request)
    {
        var path = request.Http.Path.Value.AsSpan().TrimStart('/');
        var count = path.Count('/') + 1;
        Span<Range> ranges = count <= FewSegments ? stackalloc Range[FewSegments] : new Range[count];
        var segments = new Segments(path, ranges[..path.Split(ranges[..count], '/')]);
        foreach (var group in _groups)
        {
            if (group.Match(segments) is not { } skipped)
            {
                continue;
            }
            var route = HttpMethods.IsOptions(request.Http.Method)
                ? group.Options
                : group.Find(request.Http.Method);
            request.Route = route;
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

    /// <summary>A path between its slashes, as it lies in the request.</summary>
    private readonly ref struct Segments
    {
        private readonly ReadOnlySpan<char> _path;
        private readonly ReadOnlySpan<Range> _ranges;

        /// <param name="path">Without its first slash.</param>
        /// <param name="ranges">What is between slashes; nothing after the last is no segment.</param>
        public Segments(ReadOnlySpan<char> path, ReadOnlySpan<Range> ranges)
        {
            _path = path;
            _ranges = path.IsEmpty || path[^1] == '/' ? ranges[..^1] : ranges;
        }

        public int Count => _ranges.Length;

        public ReadOnlySpan<char> this[int index] => _path[_ranges[index]];

        /// <summary>Some of them, with the slashes between them.</summary>
        public string Join(int first, int count) => new(_path[_ranges[first].Start.._ranges[first + count - 1].End]);
    }

    private sealed class Group
    {
        private readonly string[] _segments;
        private readonly int _name;
        private readonly Route[] _routes;

        public Group(string pattern, Route[] routes, Func<Route, bool> isEnabled)
        {
            _segments = pattern.Trim('/').Split('/');
            _name = Array.IndexOf(_segments, Name);
            _routes = routes;
            Allowed = string.Join(", ", routes.Where(isEnabled).SelectMany(route => route.Methods));
            Options = new("options", [HttpMethods.Options], pattern, Access.None, AllowAsync);
        }

        public string Allowed { get; }

        /// <summary>
        /// OPTIONS of any path: what a browser asks before a page of another origin may call the registry. Which origins
        /// may is told by headers that the host adds.
        /// </summary>
        public Route Options { get; }

        /// <returns>By how many segments {name} is longer than one; <see langword="null"/> when the path differs.</returns>
        public int? Match(Segments path)
        {
            var skipped = path.Count - _segments.Length;
            if (skipped < 0 || (_name < 0 && skipped > 0))
            {
                return null;
            }
            for (var i = 0; i < _segments.Length; i++)
            {
                var segment = _segments[i];
                if (segment[0] != '{' && !path[i < _name || _name < 0 ? i : i + skipped].SequenceEqual(segment))
                {
                    return null;
                }
            }
            return skipped;
        }

        public Route? Find(string method)
        {
            foreach (var route in _routes)
            {
                if (route.Methods.Contains(method))
                {
                    return route;
                }
            }
            return null;
        }

        private Task<RegistryError?> AllowAsync(RegistryRequest request)
        {
            request.Response.Headers.Allow = Allowed;
            request.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.FromResult<RegistryError?>(null);
        }

        public RegistryError? Bind(RegistryRequest request, Segments path, int skipped)
        {
            RegistryError? error = null;
            for (int i = 0, at = 0; i < _segments.Length; i++)
            {
                var count = _segments[i] == Name ? skipped + 1 : 1;
                if (_segments[i][0] == '{')
                {
                    error ??= request.Bind(_segments[i], path.Join(at, count));
                }
                at += count;
            }
            return error;
        }
    }
}
