using Berth.EndToEnd.Tests.Clients;
using Xunit.Abstractions;

namespace Berth.EndToEnd.Tests.Functions;

// Every client again, now against the Functions app. It is called localhost and Azurite 127.0.0.1, so that downloads are
// redirected to another host, as on Azure.

public sealed class SkopeoOnFunctions(EndToEndFixture fixture, ITestOutputHelper output) : SkopeoTests(fixture, output)
{
    protected override bool IsOnFunctions => true;
}

public sealed class PodmanOnFunctions(EndToEndFixture fixture, ITestOutputHelper output) : PodmanTests(fixture, output)
{
    protected override bool IsOnFunctions => true;
}

public sealed class BuildahOnFunctions(EndToEndFixture fixture, ITestOutputHelper output) : BuildahTests(fixture, output)
{
    protected override bool IsOnFunctions => true;
}

public sealed class CraneOnFunctions(EndToEndFixture fixture, ITestOutputHelper output) : CraneTests(fixture, output)
{
    protected override bool IsOnFunctions => true;
}

public sealed class OrasOnFunctions(EndToEndFixture fixture, ITestOutputHelper output) : OrasTests(fixture, output)
{
    protected override bool IsOnFunctions => true;
}

public sealed class RegctlOnFunctions(EndToEndFixture fixture, ITestOutputHelper output) : RegctlTests(fixture, output)
{
    protected override bool IsOnFunctions => true;
}

public sealed class DockerOnFunctions(EndToEndFixture fixture, ITestOutputHelper output) : DockerTests(fixture, output)
{
    protected override bool IsOnFunctions => true;
}
