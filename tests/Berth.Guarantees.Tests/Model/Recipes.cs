using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Berth.Guarantees.Tests.Model;

/// <summary>Every manifest that a sequence may push.</summary>
internal static class Recipes
{
    public const int Count = 21;

    private const string Foreign = "application/vnd.oci.image.layer.nondistributable.v1.tar";

    private static readonly ConditionalWeakTable<Place, Recipe[]> All = new();

    public static Recipe Of(int index, Place place) => All.GetValue(place, Create)[index];

    private static Recipe[] Create(Place place)
    {
        var recipes = new List<Recipe>();
        var (config, layer) = (Contents.Blob(0, place), Contents.Blob(2, place));
        var (empty, large) = (Contents.Blob(1, place), Contents.Blob(3, place));

        recipes.Add(Image(config, []));
        recipes.Add(Image(config, [(layer, "sha256")]));
        recipes.Add(Image(empty, [(large, "sha256"), (layer, "sha512"), (layer, "sha512")]));
        recipes.Add(Index(recipes, [0, 1]));
        recipes.Add(Index(recipes, [3]));
        var subject = Contents.Digest(recipes[0].Bytes);
        recipes.Add(About(Image(config, []), subject, Contents.ArtifactTypes[0], annotations: false)); // 5
        recipes.Add(About(Image(config, []), subject, Contents.ArtifactTypes[1], annotations: true));
        recipes.Add(About(Image(config, []), subject, artifactType: null, annotations: true));
        recipes.Add(About(Image(empty, []), Contents.Digest(recipes[5].Bytes), Contents.ArtifactTypes[0], annotations: false));
        recipes.Add(About(Image(empty, []), Contents.NoDigest("sha256"), Contents.ArtifactTypes[0], annotations: false));
        recipes.Add(About(Index(recipes, [1]), subject, artifactType: null, annotations: false)); // 10
        recipes.Add(Padded(About(Image(config, [(layer, "sha256")]), subject, Contents.ArtifactTypes[1], annotations: false)));
        recipes.Add(Padded(Image(config, [])));
        recipes.Add(Image(config, [], Contents.DockerManifest));
        recipes.Add(Index(recipes, [0], Contents.DockerList));
        recipes.Add(Change(Image(config, []), json => json.Remove("mediaType")) with // 15
        {
            OtherType = Contents.DockerManifest,
        });
        recipes.Add(Change(Image(config, []), json => ((JsonArray)json["layers"]!).Add(
            (JsonNode)Descriptor(Foreign, Contents.NoDigest("sha256"), 1000))));
        recipes.Add(Change(Image(config, [(layer, "sha256")]), json => json["layers"]![0]!["size"] = layer.Length + 1) with
        {
            Needs = [(Contents.Digest(config), config.Length), (Contents.Digest(layer), layer.Length + 1)],
        });
        recipes.Add(Change(Image(config, []), json => json["manifests"] = new JsonArray()) with { IsInvalid = true });
        recipes.Add(Image(config, []) with { Bytes = "{\"schemaVersion\": 2,"u8.ToArray(), IsInvalid = true });
        recipes.Add(Index(recipes, [])); // 20
        Assert.Equal(Count, recipes.Count);
        return [.. recipes];
    }

    private static Recipe Image(
        byte[] config, (byte[] Bytes, string Algorithm)[] layers, string mediaType = Contents.OciManifest)
    {
        var json = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = mediaType,
            ["config"] = Descriptor(Contents.Config, Contents.Digest(config), config.Length),
            ["layers"] = new JsonArray([.. layers.Select(JsonNode (layer) => Descriptor(
                Contents.Layer, Contents.Digest(layer.Bytes, layer.Algorithm), layer.Bytes.Length))]),
        };
        var blobs = layers.Prepend((Bytes: config, Algorithm: "sha256")).Distinct().ToList();
        return new(Write(json), mediaType)
        {
            Blobs = blobs,
            Needs = [.. blobs.Select(blob => (Contents.Digest(blob.Bytes, blob.Algorithm), (long)blob.Bytes.Length))],
            ArtifactType = Contents.Config,
        };
    }

    private static Recipe Index(List<Recipe> recipes, int[] manifests, string mediaType = Contents.OciIndex)
    {
        var named = manifests.Select(index => recipes[index]).ToList();
        var json = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = mediaType,
            ["manifests"] = new JsonArray([.. named.Select(JsonNode (one) =>
                Descriptor(one.MediaType, Contents.Digest(one.Bytes), one.Bytes.Length))]),
        };
        return new(Write(json), mediaType)
        {
            Manifests = manifests,
            Needs = [.. named.Select(one => (Contents.Digest(one.Bytes), (long)one.Bytes.Length))],
        };
    }

    private static Recipe About(Recipe recipe, string subject, string? artifactType, bool annotations)
    {
        var notes = annotations ? new JsonObject { ["org.example.note"] = "<é> \"+\"", [""] = "" } : null;
        return Change(recipe, json =>
        {
            json["subject"] = Descriptor(Contents.OciManifest, subject, 100);
            if (artifactType is not null)
                json["artifactType"] = artifactType;
            if (notes is not null)
                json["annotations"] = notes.DeepClone();
        }) with
        {
            Subject = subject,
            ArtifactType = artifactType ?? recipe.ArtifactType,
            Annotations = notes,
        };
    }

    /// <summary>Too large for its record, and its descriptor for a referrer's.</summary>
    private static Recipe Padded(Recipe recipe)
    {
        var notes = new JsonObject { ["padding"] = new string('x', 70_000) };
        return Change(recipe, json => json["annotations"] = notes.DeepClone()) with { Annotations = notes };
    }

    private static Recipe Change(Recipe recipe, Action<JsonObject> change)
    {
        var json = (JsonObject)JsonNode.Parse(recipe.Bytes)!;
        change(json);
        return recipe with { Bytes = Write(json) };
    }

    private static JsonObject Descriptor(string mediaType, string digest, long size) =>
        new() { ["mediaType"] = mediaType, ["digest"] = digest, ["size"] = size };

    private static byte[] Write(JsonObject json) => JsonSerializer.SerializeToUtf8Bytes(json);
}
