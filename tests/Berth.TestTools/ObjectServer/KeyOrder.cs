namespace Berth.TestTools.ObjectServer;

/// <summary>The order of keys in a listing: that of their bytes in UTF-8, which is that of their code points.</summary>
internal sealed class KeyOrder : IComparer<string>
{
    public static readonly KeyOrder Instance = new();

    public int Compare(string? x, string? y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        for (var i = 0; i < Math.Min(x.Length, y.Length); i++)
        {
            if (x[i] != y[i])
            {
                // UTF-16 has characters beyond U+FFFF below those from U+E000 on; UTF-8 has them above.
                return char.IsSurrogate(x[i]) != char.IsSurrogate(y[i]) ? char.IsSurrogate(x[i])
                    ? y[i] < 0xE000 ? x[i].CompareTo(y[i]) : 1
                    : x[i] < 0xE000 ? x[i].CompareTo(y[i]) : -1
                    : x[i].CompareTo(y[i]);
            }
        }

        return x.Length.CompareTo(y.Length);
    }
}
