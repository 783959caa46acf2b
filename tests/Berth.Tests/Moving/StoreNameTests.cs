using Berth.Cli;
using Berth.Hosting;
using Berth.TestTools;

namespace Berth.Tests.Moving;

public sealed class StoreNameTests : IDisposable
{
    private const string Connection = "AccountName=acct;AccountKey=c2VjcmV0";

    private readonly TemporaryFolder _folder = TemporaryFolder.Create();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_path_is_a_folder_from_where_the_caller_stands()
    {
        Assert.Equal(_folder.At("data"), Assert.IsType<FolderPlace>(Resolve("data")).Root);
        Assert.Equal("/srv/a=b", Assert.IsType<FolderPlace>(Resolve("/srv/a=b")).Root);
    }

    [Fact]
    public void A_name_is_stronger_than_variables_and_has_no_prefix_unless_it_says_so()
    {
        (string, string)[] variables =
        [
            ("Berth__Storage__Provider", "azure"), ("Berth__Storage__S3__Bucket", "other"),
            ("Berth__Storage__S3__Prefix", "other"), ("Berth__Storage__S3__Region", "eu-central-1"),
        ];

        var plain = Assert.IsType<S3Place>(Resolve("s3://images", [], variables)).Options;
        Assert.Equal(("images", "", "eu-central-1"), (plain.Bucket, plain.Prefix, plain.Region));
        var deep = Assert.IsType<S3Place>(Resolve("s3://images/registry/prod/", [], variables)).Options;
        Assert.Equal(("images", "registry/prod"), (deep.Bucket, deep.Prefix));
    }

    [Theory]
    [InlineData("Berth:Storage:S3:Endpoint")]
    [InlineData("S3:Endpoint")]
    [InlineData("Endpoint")]
    [InlineData("endpoint")]
    public void Details_may_leave_out_what_is_clear(string name) =>
        Assert.Equal(
            new Uri("https://minio.example"),
            Assert.IsType<S3Place>(Resolve("s3://images", [$"{name}=https://minio.example"])).Options.Endpoint);

    [Fact]
    public void Each_side_has_variables_of_its_own()
    {
        (string, string)[] variables =
        [
            ("Berth__Storage__S3__AccessKeyId", "both"), ("Berth__Storage__S3__SecretAccessKey", "both"),
            ("Berth__To__S3__AccessKeyId", "to"), ("Berth__To__S3__SecretAccessKey", "to"),
        ];

        Assert.Equal("both", Assert.IsType<S3Place>(Resolve("s3://images", [], variables)).Options.AccessKeyId);
        Assert.Equal("to", Assert.IsType<S3Place>(Resolve("s3://images", [], variables, "To")).Options.AccessKeyId);
    }

    [Fact]
    public void An_account_of_Azure_is_reached_by_its_address_or_by_a_connection_string()
    {
        var byName = Assert.IsType<AzurePlace>(Resolve("azure://acct/images")).Options;
        Assert.Equal(new Uri("https://acct.blob.core.windows.net"), byName.BlobServiceUri);
        Assert.Equal(new Uri("https://acct.table.core.windows.net"), byName.TableServiceUri);
        Assert.Equal("images", byName.Container);
        var byKey = Assert.IsType<AzurePlace>(
            Resolve("azure://acct/images", [], [("Berth__Storage__Azure__ConnectionString", Connection)])).Options;
        Assert.Equal(Connection, byKey.ConnectionString);
        Assert.Null(byKey.BlobServiceUri);
    }

    [Fact]
    public void What_is_only_read_is_never_created()
    {
        Assert.False(Assert.IsType<AzurePlace>(Resolve("azure://acct/images", writes: false)).Options.CreateMissing);
        Assert.True(Assert.IsType<AzurePlace>(Resolve("azure://acct/images", writes: true)).Options.CreateMissing);
    }

    [Fact]
    public void A_file_of_settings_names_a_store_whole()
    {
        File.WriteAllText(
            _folder.At("prod.json"),
            """{"Berth":{"Storage":{"Provider":"s3","S3":{"Bucket":"images","Prefix":"prod","Region":"eu-west-1"} } } }""");

        var place = Assert.IsType<S3Place>(Resolve("prod.json", ["S3:Region=eu-west-2"])).Options;

        Assert.Equal(("images", "prod", "eu-west-2"), (place.Bucket, place.Prefix, place.Region));
    }

    [Fact]
    public void A_file_that_is_not_there_is_no_folder_to_create()
    {
        Assert.Contains(
            "there is no such file", Assert.Throws<SettingsException>(() => Resolve("prod.json")).Message,
            StringComparison.Ordinal);

        Assert.Equal(_folder.At("prod.json"), Assert.IsType<FolderPlace>(Resolve("prod.json/")).Root);
        Assert.Equal("a.json", Assert.IsType<S3Place>(Resolve("s3://images/a.json", ["Region=r"])).Options.Prefix);
        Directory.CreateDirectory(_folder.At("prod.json"));
        Assert.Equal(_folder.At("prod.json"), Assert.IsType<FolderPlace>(Resolve("prod.json")).Root);
    }

    [Theory]
    [InlineData("gs://images", "this names no store")]
    [InlineData("s3://", "this names no store")]
    [InlineData("azure://acct", "write azure://ACCOUNT/CONTAINER")]
    [InlineData("azure://other/images", "is of another account than other")]
    [InlineData("s3://Im%ages", "is not accepted")]
    public void What_names_no_store_is_refused(string name, string why)
    {
        var refused = Assert.Throws<SettingsException>(
            () => Resolve(name, [], [("Berth__Storage__Azure__ConnectionString", Connection)])).Message;

        Assert.Contains(why, refused, StringComparison.Ordinal);
        Assert.DoesNotContain("c2VjcmV0", refused, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_detail_is_refused_with_the_names_that_there_are()
    {
        var refused = Assert.Throws<SettingsException>(() => Resolve("s3://images", ["Endpiont=secret"])).Message;

        Assert.StartsWith("--from Endpiont: there is no such setting", refused, StringComparison.Ordinal);
        Assert.Contains("S3:Endpoint", refused, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused, StringComparison.Ordinal);
    }

    private StoragePlace Resolve(
        string text, string[]? details = null, (string Name, string Value)[]? variables = null, string side = "From",
        bool writes = true) =>
        StoreName.Resolve(
            text, side, details ?? [],
            new()
            {
                Environment = (variables ?? []).ToDictionary(entry => entry.Name, entry => entry.Value),
                WorkingDirectory = _folder.Path,
                Output = TextWriter.Null,
                Error = TextWriter.Null,
            },
            writes);
}
