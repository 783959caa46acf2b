namespace Berth.EndToEnd.Tests.Clients;

/// <summary>A home for clients: their settings, logins and stores, of which none is the user's.</summary>
public static class ClientHome
{
    /// <summary>Writes the settings.</summary>
    /// <returns>The variables that make clients live there.</returns>
    public static IReadOnlyDictionary<string, string?> Create(TemporaryFolder folder)
    {
        var home = folder.Add("home");
        var settings = folder.Add("home/.config/containers");
        File.WriteAllText(
            Path.Join(settings, "policy.json"), """{"default":[{"type":"insecureAcceptAnything"}]}""");
        File.WriteAllText(
            Path.Join(settings, "containers.conf"),
            """
            [engine]
            cgroup_manager = "cgroupfs"
            events_logger = "none"
            """);
        File.WriteAllText(Path.Join(home, "auth.json"), "{}");
        var variables = new Dictionary<string, string?>
        {
            ["HOME"] = home,
            ["TMPDIR"] = folder.Add("tmp"),
            ["XDG_RUNTIME_DIR"] = folder.Add("run"),
            ["XDG_CONFIG_HOME"] = Path.Join(home, ".config"),
            ["XDG_DATA_HOME"] = folder.Add("home/.local/share"),
            ["CONTAINERS_CONF"] = Path.Join(settings, "containers.conf"),
            ["REGISTRY_AUTH_FILE"] = Path.Join(home, "auth.json"),
            ["DOCKER_CONFIG"] = folder.Add("home/.docker"),
            ["REGCTL_CONFIG"] = Path.Join(home, "regctl.json"),
            ["NO_PROXY"] = "*",
            ["no_proxy"] = "*",
        };
        foreach (var proxy in (string[])["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY"])
            variables[proxy] = null;
        return variables;
    }
}
