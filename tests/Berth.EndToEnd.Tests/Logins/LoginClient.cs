using Berth.EndToEnd.Tests.Content;

namespace Berth.EndToEnd.Tests.Logins;

/// <summary>What a client does about logins, each in its own words.</summary>
/// <param name="program">The client, with a home of its own.</param>
public abstract class LoginClient(ClientProgram program)
{
    protected ClientProgram Program => program;

    /// <summary>Keeps a name and a secret for a registry, if the registry takes them.</summary>
    public abstract Task<ProgramResult> LogInAsync(string host, string name, string secret);

    public Task<ProgramResult> LogOutAsync(string host) => program.TryRunAsync("logout", host);

    public abstract Task<ProgramResult> PushAsync(Sample sample, string image);

    public abstract Task<ProgramResult> PullAsync(string image);
}

/// <summary>skopeo: no store of its own.</summary>
internal sealed class SkopeoLogin(ClientProgram program, string folder) : LoginClient(program)
{
    public override Task<ProgramResult> LogInAsync(string host, string name, string secret) =>
        Program.TryRunAsync("login", "--tls-verify=false", "--username", name, "--password", secret, host);

    public override Task<ProgramResult> PushAsync(Sample sample, string image) => Program.TryRunAsync(
        "copy", "--dest-tls-verify=false", $"oci:{sample.Layout.Folder}:{Sample.Tag}", $"docker://{image}");

    public override Task<ProgramResult> PullAsync(string image) => Program.TryRunAsync(
        "copy", "--src-tls-verify=false", $"docker://{image}", $"oci:{Path.Join(folder, Guid.NewGuid().ToString("n"))}:pulled");
}

/// <summary>podman, with a store that forgets an image before it is pulled.</summary>
internal sealed class PodmanLogin(ClientProgram program) : LoginClient(program)
{
    public override Task<ProgramResult> LogInAsync(string host, string name, string secret) =>
        Program.TryRunAsync("login", "--tls-verify=false", "--username", name, "--password", secret, host);

    public override async Task<ProgramResult> PushAsync(Sample sample, string image)
    {
        // A relative path: podman makes an image's name of it, which has no capitals.
        var pulled = await Program.RunAsync("pull", "--quiet", $"oci:{Path.GetFileName(sample.Layout.Folder)}:{Sample.Tag}");
        return await Program.TryRunAsync("push", "--tls-verify=false", pulled.Output.Trim(), $"docker://{image}");
    }

    public override async Task<ProgramResult> PullAsync(string image)
    {
        await Program.TryRunAsync("rmi", "--all", "--force");
        return await Program.TryRunAsync("pull", "--quiet", "--tls-verify=false", image);
    }
}

/// <summary>docker, whose daemon takes registries on 127.0.0.1 without TLS.</summary>
internal sealed class DockerLogin(ClientProgram program, string folder) : LoginClient(program)
{
    public override Task<ProgramResult> LogInAsync(string host, string name, string secret) =>
        Program.TryRunAsync("login", "--username", name, "--password", secret, host);

    public override async Task<ProgramResult> PushAsync(Sample sample, string image)
    {
        var archive = Path.Join(folder, $"{Guid.NewGuid():n}.tar");
        DockerArchive.Write(archive, image, sample.Layout.ReadImage(sample.Digest));
        await Program.RunAsync("load", "--input", archive);
        return await Program.TryRunAsync("push", image);
    }

    public override async Task<ProgramResult> PullAsync(string image)
    {
        await Program.TryRunAsync("image", "rm", "--force", image);
        return await Program.TryRunAsync("pull", image);
    }
}
