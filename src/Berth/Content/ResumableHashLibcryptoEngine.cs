using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Berth.Content;

/// <summary>
/// Compression by OpenSSL, which uses the processor's SHA instructions: seven times as fast as plain C#, because .NET
/// offers those instructions on Arm only.
/// </summary>
/// <remarks>
/// OpenSSL's low-level contexts are plain memory of the caller, declared in sha.h: <c>h[8], Nl, Nh, data[16]</c>, all
/// words of the algorithm, then <c>unsigned num, md_len</c>. With nothing buffered (<c>num == 0</c>) an Update of whole
/// blocks is exactly the compression: it advances <c>h</c>, counts in <c>Nl</c> and <c>Nh</c>, which nobody reads, and
/// buffers nothing. So a context of zeros but for <c>h</c> lives on the stack for one call; there is nothing to free.
/// </remarks>
internal sealed unsafe class ResumableHashLibcryptoEngine : ResumableHashEngine
{
    // 26 words and two ints are used. The room behind them is for a fork whose context is larger, so that the self-test
    // can refuse it instead of the stack being overwritten.
    private const int ContextWords = 64;

    private readonly delegate* unmanaged[Cdecl]<void*, void*, nuint, int> _sha256Update;
    private readonly delegate* unmanaged[Cdecl]<void*, void*, nuint, int> _sha512Update;

    private ResumableHashLibcryptoEngine(nint sha256Update, nint sha512Update)
    {
        _sha256Update = (delegate* unmanaged[Cdecl]<void*, void*, nuint, int>)sha256Update;
        _sha512Update = (delegate* unmanaged[Cdecl]<void*, void*, nuint, int>)sha512Update;
    }

    // Versioned names only: the bare one comes with development packages, and macOS kills a process that loads it.
    private static string[] LibraryNames =>
        OperatingSystem.IsLinux() ? ["libcrypto.so.3", "libcrypto.so.1.1"]
        : OperatingSystem.IsMacOS() ? ["libcrypto.3.dylib", "libcrypto.1.1.dylib"]
        : [];

    /// <summary>The first libcrypto found that has the low-level functions, or null. It stays loaded.</summary>
    public static ResumableHashLibcryptoEngine? TryLoad()
    {
        foreach (var name in LibraryNames)
        {
            // Function pointers: LibraryImport wants one name at compile time, or the only resolver of the assembly.
            if (NativeLibrary.TryLoad(name, out var library) &&
                NativeLibrary.TryGetExport(library, "SHA256_Update", out var sha256Update) &&
                NativeLibrary.TryGetExport(library, "SHA512_Update", out var sha512Update))
            {
                return new ResumableHashLibcryptoEngine(sha256Update, sha512Update);
            }
        }
        return null;
    }

    /// <inheritdoc/>
    public override void Compress(DigestAlgorithm algorithm, Span<ulong> words, ReadOnlySpan<byte> blocks)
    {
        var done = algorithm == DigestAlgorithm.Sha256 ? CompressSha256(words, blocks) : CompressSha512(words, blocks);
        if (!done)
            throw new CryptographicException($"libcrypto failed to compute {algorithm}.");
    }

    private bool CompressSha256(Span<ulong> words, ReadOnlySpan<byte> blocks)
    {
        var context = stackalloc uint[ContextWords];
        new Span<uint>(context, ContextWords).Clear();
        for (var i = 0; i < words.Length; i++)
            context[i] = (uint)words[i];

        int result;
        fixed (byte* start = blocks)
            result = _sha256Update(context, start, (nuint)blocks.Length);

        for (var i = 0; i < words.Length; i++)
            words[i] = context[i];
        return result == 1;
    }

    private bool CompressSha512(Span<ulong> words, ReadOnlySpan<byte> blocks)
    {
        var context = stackalloc ulong[ContextWords];
        var h = new Span<ulong>(context, ContextWords);
        h.Clear();
        words.CopyTo(h);

        int result;
        fixed (byte* start = blocks)
            result = _sha512Update(context, start, (nuint)blocks.Length);

        h[..words.Length].CopyTo(words);
        return result == 1;
    }
}
