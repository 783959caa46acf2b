using Xunit.Abstractions;

namespace Berth.EndToEnd.Tests.Clients;

public class BuildahTests(EndToEndFixture fixture, ITestOutputHelper output)
    : ContainersStorageTests("buildah", fixture, output);
