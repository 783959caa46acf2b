using System.Globalization;

namespace Berth.Benchmarks.Peers;

/// <summary>What Linux says of a process, in /proc.</summary>
internal sealed class ProcessFigures(int id)
{
    /// <summary>sysconf(_SC_CLK_TCK), which Linux has had at 100 on every machine for long.</summary>
    private const double TicksPerSecond = 100;

    /// <summary>Processor time used so far, of all its threads, in seconds.</summary>
    public double ProcessorSeconds
    {
        get
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            // The name of the program, in parentheses, may hold anything; utime and stime are the 14th and 15th field.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (Number(fields[11]) + Number(fields[12])) / TicksPerSecond;
        }
    }

    /// <summary>Resident memory in MiB.</summary>
    public double Resident => ReadStatus("VmRSS:");

    /// <summary>The most memory that was resident since <see cref="ForgetPeak"/>, in MiB.</summary>
    public double PeakResident => ReadStatus("VmHWM:");

    public void ForgetPeak() => File.WriteAllText($"/proc/{id}/clear_refs", "5");

    private double ReadStatus(string name) =>
        Number(File.ReadLines($"/proc/{id}/status").First(line => line.StartsWith(name, StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2]) / 1024;

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
