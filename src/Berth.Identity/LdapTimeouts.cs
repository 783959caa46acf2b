using System.Runtime.InteropServices;

namespace Berth.Identity;

/// <summary>
/// OpenLDAP's own time-outs for connecting, TLS and binding, which System.DirectoryServices.Protocols has no way to set: without
/// them a directory that accepts connections and says nothing would hold a thread for ever. And that a signal is no reason to give
/// up: .NET stops threads by signals, and to OpenLDAP a wait that one interrupts is a server that is gone unless told otherwise.
/// </summary>
internal static class LdapTimeouts
{
    private const int Restart = 0x0009; // LDAP_OPT_RESTART, on where the value is not null
    private const int ApiTimeout = 0x5002; // LDAP_OPT_TIMEOUT
    private const int NetworkTimeout = 0x5005; // LDAP_OPT_NETWORK_TIMEOUT

    /// <summary>By the names by which the package looks for it too: what is loaded is the same library.</summary>
    private static readonly string[] Libraries = ["libldap.so.2", "libldap-2.6.so.0", "libldap-2.5.so.0", "libldap-2.4.so.2"];

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int SetOption(nint connection, int option, in TimeValue value);

    /// <summary>Sets both for all connections of this process from now on. On other systems than Linux nothing is set.</summary>
    public static void Set(TimeSpan timeout)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }
        foreach (var name in Libraries)
        {
            if (NativeLibrary.TryLoad(name, out var library))
            {
                var set = Marshal.GetDelegateForFunctionPointer<SetOption>(NativeLibrary.GetExport(library, "ldap_set_option"));
                var value = new TimeValue((nint)timeout.TotalSeconds, timeout.Microseconds + (timeout.Milliseconds * 1000));
                if (set(0, Restart, value) != 0 || set(0, ApiTimeout, value) != 0 || set(0, NetworkTimeout, value) != 0)
                {
                    throw new InvalidOperationException($"{name} does not take a time-out");
                }
                return;
            }
        }
    }

    /// <summary>struct timeval of the C library.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct TimeValue(nint Seconds, nint Microseconds);
}
