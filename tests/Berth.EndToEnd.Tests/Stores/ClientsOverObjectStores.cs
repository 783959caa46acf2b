using Berth.EndToEnd.Tests.Clients;
using Xunit.Abstractions;

namespace Berth.EndToEnd.Tests.Stores;

// Clients again, over S3 and OSS: skopeo against both hosts, podman, which takes long, against one of them each. Downloads are
// redirected to another host, whose server verifies each signature; each test looks into the log whether they were.

public sealed class SkopeoOverS3(EndToEndFixture fixture, ITestOutputHelper output)
    : SkopeoTests(fixture, output), IOverS3;

public sealed class PodmanOverS3(EndToEndFixture fixture, ITestOutputHelper output)
    : PodmanTests(fixture, output), IOverS3;

public sealed class SkopeoOnFunctionsOverS3(EndToEndFixture fixture, ITestOutputHelper output)
    : SkopeoTests(fixture, output), IOnFunctions, IOverS3;

public sealed class SkopeoOverOss(EndToEndFixture fixture, ITestOutputHelper output)
    : SkopeoTests(fixture, output), IOverOss;

public sealed class SkopeoOnFunctionsOverOss(EndToEndFixture fixture, ITestOutputHelper output)
    : SkopeoTests(fixture, output), IOnFunctions, IOverOss;

public sealed class PodmanOnFunctionsOverOss(EndToEndFixture fixture, ITestOutputHelper output)
    : PodmanTests(fixture, output), IOnFunctions, IOverOss;
