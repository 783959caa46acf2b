using Microsoft.Win32.SafeHandles;

namespace Berth.Storage.FileSystem;

/// <summary>
/// Reads pieces one after another straight into the caller's buffer. A deleted file is read to its end through the
/// handle
/// opened before; the pieces of a much-divided object are opened as they are reached, and one deleted by then is an
/// <see cref="IOException"/>.
/// </summary>
internal sealed class PieceStream : ForwardStream
{
    /// <summary>
    /// How many files one stream opens at once: most objects have one, and a process has some thousands.
    /// </summary>
    private const int MaximumOpen = 32;

    private readonly IReadOnlyList<Piece> _pieces;
    private readonly SafeFileHandle?[] _handles;
    private int _current;
    private long _done;
    private bool _disposed;

    /// <summary>Reads a range of one open file, which the stream then owns.</summary>
    public PieceStream(SafeFileHandle handle, Piece piece)
    {
        _pieces = [piece];
        _handles = [handle];
        Size = piece.Length;
    }

    /// <summary>Reads pieces.</summary>
    /// <exception cref="FileNotFoundException">One is not there.</exception>
    /// <exception cref="DirectoryNotFoundException">None is there.</exception>
    public PieceStream(IReadOnlyList<Piece> pieces)
    {
        _pieces = pieces;
        _handles = new SafeFileHandle?[pieces.Count];
        Size = pieces.Sum(piece => piece.Length);
        try
        {
            for (var index = 0; index < Math.Min(pieces.Count, MaximumOpen); index++)
            {
                _handles[index] = Open(pieces[index]);
            }
        }
        catch
        {
            Dispose(disposing: true);
            throw;
        }
    }

    /// <summary>How many bytes the stream delivers from its beginning.</summary>
    public long Size { get; }

    /// <summary>The one file that holds all of the bytes, or <see langword="null"/> where they are in several.</summary>
    public SafeFileHandle? OnlyFile => _pieces.Count == 1 ? _handles[0] : null;

    /// <summary>Where in <see cref="OnlyFile"/> the next byte is.</summary>
    public long NextOffset => _pieces[0].Offset + _done;

    public override bool CanRead => !_disposed;

    /// <summary>Leaves out bytes of <see cref="OnlyFile"/>, not beyond its last.</summary>
    public void Skip(long count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(count, _pieces[0].Length - _done);
        _done += count;
    }

    public override int Read(Span<byte> buffer)
    {
        if (Next(buffer.Length) is not var (handle, offset, length))
        {
            return 0;
        }

        return Advance(RandomAccess.Read(handle, buffer[..length], offset));
    }

    public override async ValueTask<int> ReadAsync(
        Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Next(buffer.Length) is not var (handle, offset, length))
        {
            return 0;
        }

        // Only Windows reads asynchronously: elsewhere .NET would let another thread wait for the disk instead of this one.
        return Advance(OperatingSystem.IsWindows()
            ? await RandomAccess.ReadAsync(handle, buffer[..length], offset, cancellationToken)
            : RandomAccess.Read(handle, buffer.Span[..length], offset));
    }

    protected override void Dispose(bool disposing)
    {
        _disposed = true;
        foreach (var handle in _handles)
        {
            handle?.Dispose();
        }

        base.Dispose(disposing);
    }

    private static SafeFileHandle Open(Piece piece) =>
        File.OpenHandle(piece.File, FileMode.Open, FileAccess.Read, Files.Shared, FileOptions.Asynchronous);

    /// <summary>Where the next bytes are, or <see langword="null"/> at the end.</summary>
    private (SafeFileHandle Handle, long Offset, int Length)? Next(int wanted)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_current == _pieces.Count || _pieces[_current].Length == 0)
        {
            return null;
        }

        var piece = _pieces[_current];
        var handle = _handles[_current] ??= Open(piece);
        return (handle, piece.Offset + _done, (int)Math.Min(wanted, piece.Length - _done));
    }

    private int Advance(int count)
    {
        if (count == 0 && _done < _pieces[_current].Length)
        {
            // Either the caller's buffer was empty or the file is shorter than it was; see which.
            RequireWhole();
        }

        _done += count;
        if (_done == _pieces[_current].Length)
        {
            if (_pieces.Count > 1)
            {
                _handles[_current]?.Dispose();
            }

            _current++;
            _done = 0;
        }

        return count;
    }

    private void RequireWhole()
    {
        if (RandomAccess.GetLength(_handles[_current]!) < _pieces[_current].Offset + _pieces[_current].Length)
        {
            throw new StorageException("A file of an object ends too early.") { IsDamage = true };
        }
    }
}
