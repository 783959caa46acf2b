using Berth.EndToEnd.Tests.Clients;
using Xunit.Abstractions;

namespace Berth.EndToEnd.Tests.Functions;

// Every client again, now against the Functions app. It is called localhost and Azurite 127.0.0.1, so that downloads are
// redirected to another host, as on Azure; each test looks into the app's log whether they were.

public sealed class SkopeoOnFunctions(EndToEndFixture fixture, ITestOutputHelper output)
    : SkopeoTests(fixture, output), IOnFunctions;

public sealed class PodmanOnFunctions(EndToEndFixture fixture, ITestOutputHelper output)
    : PodmanTests(fixture, output), IOnFunctions;

public sealed class BuildahOnFunctions(EndToEndFixture fixture, ITestOutputHelper output)
    : BuildahTests(fixture, output), IOnFunctions;

public sealed class CraneOnFunctions(EndToEndFixture fixture, ITestOutputHelper output)
    : CraneTests(fixture, output), IOnFunctions;

public sealed class OrasOnFunctions(EndToEndFixture fixture, ITestOutputHelper output)
    : OrasTests(fixture, output), IOnFunctions;

public sealed class RegctlOnFunctions(EndToEndFixture fixture, ITestOutputHelper output)
    : RegctlTests(fixture, output), IOnFunctions;

public sealed class DockerOnFunctions(EndToEndFixture fixture, ITestOutputHelper output)
    : DockerTests(fixture, output), IOnFunctions;
