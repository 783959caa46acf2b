using System.Globalization;
using Berth.Deployment.Tests.Yaml;
using Berth.Hosting;
using Berth.TestTools;
using YamlDotNet.RepresentationModel;

namespace Berth.Deployment.Tests;

/// <summary>That the files of deploy/kubernetes fit together, hold no secret, and let instances come and go.</summary>
public sealed class KubernetesTests
{
    private const string Folder = "deploy/kubernetes";

    private static readonly YamlMappingNode Kustomization = YamlFiles.Read($"{Folder}/kustomization.yaml");

    private static readonly Dictionary<string, YamlMappingNode> Objects = Directory
        .GetFiles(Repository.PathOf(Folder), "*.yaml")
        .Select(path => YamlFiles.Read($"{Folder}/{Path.GetFileName(path)}"))
        .ToDictionary(file => file.Text("kind"));

    private static YamlNode Pod => Objects["Deployment"].At("spec", "template");

    private static YamlNode Container => Assert.Single(Pod.Items("spec", "containers"));

    [Theory]
    [InlineData("ConfigMap", "v1")]
    [InlineData("Deployment", "apps/v1")]
    [InlineData("Ingress", "networking.k8s.io/v1")]
    [InlineData("Kustomization", "kustomize.config.k8s.io/v1beta1")]
    [InlineData("Namespace", "v1")]
    [InlineData("PodDisruptionBudget", "policy/v1")]
    [InlineData("Service", "v1")]
    [InlineData("ServiceAccount", "v1")]
    public void Kinds_are_of_versions_that_clusters_have(string kind, string version)
    {
        Assert.Equal(version, Objects[kind].Text("apiVersion"));
        Assert.Equal(8, Objects.Count);
    }

    [Fact]
    public void Everything_is_applied() =>
        Assert.Equal(
            Directory.GetFiles(Repository.PathOf(Folder), "*.yaml").Select(path => Path.GetFileName(path))
                .Except(["kustomization.yaml"]).Order(),
            Kustomization.Texts("resources").Order());

    [Fact]
    public void Whatever_selects_pods_selects_these()
    {
        var labels = Pod.TextEntries("metadata", "labels");

        Assert.NotEmpty(labels);
        Assert.Equal(labels, Objects["Deployment"].TextEntries("spec", "selector", "matchLabels"));
        Assert.Equal(labels, Objects["PodDisruptionBudget"].TextEntries("spec", "selector", "matchLabels"));
        Assert.Equal(labels, Objects["Service"].TextEntries("spec", "selector"));
        Assert.Equal(
            labels,
            Assert.Single(Pod.Items("spec", "topologySpreadConstraints")).TextEntries("labelSelector", "matchLabels"));
        Assert.All(
            Objects.Values.Where(file => file.Text("kind") is not ("Namespace" or "Kustomization")),
            file => Assert.Equal(labels, file.TextEntries("metadata", "labels")));
    }

    [Fact]
    public void The_way_from_the_ingress_to_the_program_is_whole()
    {
        var port = Assert.Single(Container.Items("ports"));
        Assert.Equal("5000", port.Text("containerPort"));
        var service = Assert.Single(Objects["Service"].Items("spec", "ports"));
        Assert.Equal(port.Text("name"), service.Text("targetPort"));
        var rule = Assert.Single(Objects["Ingress"].Items("spec", "rules"));
        var path = Assert.Single(rule.Items("http", "paths"));
        Assert.Equal("/", path.Text("path"));
        Assert.Equal(Objects["Service"].Text("metadata", "name"), path.Text("backend", "service", "name"));
        Assert.Equal(service.Text("name"), path.Text("backend", "service", "port", "name"));
        Assert.Equal([rule.Text("host")], Assert.Single(Objects["Ingress"].Items("spec", "tls")).Texts("hosts"));
    }

    [Fact]
    public void What_the_pods_name_is_there_and_a_secret_is_not()
    {
        Assert.Equal(Objects["ServiceAccount"].Text("metadata", "name"), Pod.Text("spec", "serviceAccountName"));
        var sources = Container.Items("envFrom").ToList();
        Assert.Equal(Objects["ConfigMap"].Text("metadata", "name"), sources[0].Text("configMapRef", "name"));
        // Without it a role gives access.
        Assert.Equal("true", sources[1].Text("secretRef", "optional"));
        Assert.Equal(2, sources.Count);
        Assert.Empty(Container.Items("env"));
        Assert.Equal(Objects["Namespace"].Text("metadata", "name"), Kustomization.Text("namespace"));
        Assert.Equal(Container.Text("image"), Assert.Single(Kustomization.Items("images")).Text("name"));
        Assert.Matches(@"\A[0-9.]+\z", Assert.Single(Kustomization.Items("images")).Text("newTag"));
    }

    [Fact]
    public void The_settings_are_settings_and_name_a_bucket_without_a_key()
    {
        var options = SettingsOfServer.Bind(Objects["ConfigMap"].TextEntries("data"));

        var bucket = Assert.IsType<S3Place>(options.Place).Options;
        Assert.Null(bucket.AccessKeyId);
        Assert.Null(bucket.SecretAccessKey);
        Assert.NotEmpty(options.Registry.ProxyNetworks);
    }

    [Fact]
    public void What_the_comments_offer_are_settings_too()
    {
        var offered = File.ReadAllLines(Repository.PathOf($"{Folder}/configmap.yaml"))
            .Where(line => line.Contains("# Berth__", StringComparison.Ordinal))
            .Select(line => line.Split('#', 2)[1].Split(": ", 2))
            .ToDictionary(parts => parts[0].Trim(), parts => parts[1].Trim());
        Assert.Equal(2, offered.Count);

        var settings = Objects["ConfigMap"].TextEntries("data");
        foreach (var (name, value) in offered)
            settings.Add(name, value);
        Assert.NotNull(Assert.IsType<S3Place>(SettingsOfServer.Bind(settings).Place).Options.PublicEndpoint);
    }

    [Fact]
    public void An_instance_that_ends_or_moves_is_not_noticed()
    {
        var replicas = Number(Objects["Deployment"].Text("spec", "replicas"));
        Assert.InRange(replicas, 2, 9);
        Assert.InRange(Number(Objects["PodDisruptionBudget"].Text("spec", "minAvailable")), 1, replicas - 1);
        Assert.Equal("0", Objects["Deployment"].Text("spec", "strategy", "rollingUpdate", "maxUnavailable"));

        var pause = Container.Texts("lifecycle", "preStop", "exec", "command").ToList();
        Assert.Equal("sleep", pause[0]);
        // What running requests get: ServerOptions.
        Assert.True(Number(Pod.Text("spec", "terminationGracePeriodSeconds")) > Number(pause[1]) + 60);
    }

    [Fact]
    public void A_store_that_fails_makes_pods_unready_and_restarts_none()
    {
        Assert.Equal("/healthz", Container.Text("startupProbe", "httpGet", "path"));
        Assert.Equal("/healthz", Container.Text("livenessProbe", "httpGet", "path"));
        Assert.Equal("/readyz", Container.Text("readinessProbe", "httpGet", "path"));
        var port = Container.Items("ports").Single().Text("name");
        Assert.All(
            new[] { "startupProbe", "livenessProbe", "readinessProbe" },
            probe => Assert.Equal(port, Container.Text(probe, "httpGet", "port")));
    }

    [Fact]
    public void Pods_have_no_right_that_they_do_not_need()
    {
        Assert.Equal(
            "restricted", Objects["Namespace"].Text("metadata", "labels", "pod-security.kubernetes.io/enforce"));
        Assert.Equal("true", Pod.Text("spec", "securityContext", "runAsNonRoot"));
        Assert.NotEqual("0", Pod.Text("spec", "securityContext", "runAsUser"));
        Assert.Equal("RuntimeDefault", Pod.Text("spec", "securityContext", "seccompProfile", "type"));
        Assert.Equal("false", Container.Text("securityContext", "allowPrivilegeEscalation"));
        Assert.Equal("true", Container.Text("securityContext", "readOnlyRootFilesystem"));
        Assert.Equal(["ALL"], Container.Texts("securityContext", "capabilities", "drop"));
        Assert.Equal("false", Pod.Text("spec", "automountServiceAccountToken"));
        Assert.Equal("false", Objects["ServiceAccount"].Text("automountServiceAccountToken"));
        var volumes = Pod.Items("spec", "volumes").ToList();
        Assert.Equal(["tmp", "logins"], volumes.Select(volume => volume.Text("name")));
        Assert.NotNull(volumes[0].Find("emptyDir"));
        Assert.Equal("berth-logins", volumes[1].Text("secret", "secretName"));
    }

    [Fact]
    public void Logins_are_looked_for_where_the_secret_is_mounted()
    {
        var auth = SettingsOfServer.Bind(Objects["ConfigMap"].TextEntries("data")).Auth;
        var mounts = Container.Items("volumeMounts").ToList();

        Assert.False(auth.IsUnguarded);
        Assert.Equal(["tmp", "logins"], mounts.Select(mount => mount.Text("name")));
        Assert.Equal(mounts[1].Text("mountPath") + "/logins", auth.HtpasswdPath);
        Assert.Equal("true", mounts[1].Text("readOnly"));
    }

    [Fact]
    public void Memory_is_bounded_above_what_uploads_may_take()
    {
        var options = SettingsOfServer.Bind(Objects["ConfigMap"].TextEntries("data"));
        Assert.True(
            Mebibytes(Container.Text("resources", "limits", "memory")) << 20 >= 3 * options.Registry.UploadBufferSize);
        Assert.InRange(
            Mebibytes(Container.Text("resources", "requests", "memory")), 1,
            Mebibytes(Container.Text("resources", "limits", "memory")));
        Assert.NotEmpty(Container.Text("resources", "requests", "cpu"));
    }

    private static long Mebibytes(string text)
    {
        Assert.EndsWith("Mi", text, StringComparison.Ordinal);
        return Number(text[..^2]);
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
