using Berth.EndToEnd.Tests.Content;

namespace Berth.EndToEnd.Tests.Clients;

/// <summary>skopeo, which copies everything as it is: the client of the tests that are not about clients.</summary>
public sealed class Skopeo(ClientProgram program)
{
    public async Task PushAsync(Sample sample, string image) => (await TryPushAsync(sample, image)).MustSucceed();

    public Task<ProgramResult> TryPushAsync(Sample sample, string image) => program.TryRunAsync(
        "copy", "--all", "--dest-tls-verify=false", $"oci:{sample.Layout.Folder}:{Sample.Tag}", $"docker://{image}");

    public Task PullAsync(string image, string folder) => program.RunAsync(
        "copy", "--all", "--src-tls-verify=false", $"docker://{image}", $"oci:{folder}:{Sample.Tag}");
}
