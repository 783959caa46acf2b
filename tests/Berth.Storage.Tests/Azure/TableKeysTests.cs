using System.Text;
using Berth.Content;
using Berth.Storage.Azure;
using Berth.Stores;

namespace Berth.Storage.Tests.Azure;

public sealed class TableKeysTests
{
    private static readonly string[] Hostile =
    [
        "/", "\\", "#", "?", "%", "%2F", "%252F", "'", "''", "\"", " ", "  ", "a b", "&", "$", "*", "(", ")", ",", ";",
        "=", "\0", "\t", "\r\n", "\u001f", "\u007f", "\u0080", "\u009f", "\u00a0", "\u00ad", "é", "e\u0301", "ß", "İ",
        "ı", "\u2028", "中", "\ud7a2", "\ud7a3", "\ud7ff", "\ue000", "\ufeff", "\ufffd", "\ufffe", "\uffff", "😀",
        "\ud800\udc00", "\udbff\udfff", "~", "~~", "~a", "a~", "a~b", "~0", "!", "!0", "!W", ">", ">0", "[", "[0", "[1",
        "]", "{", "{0", "|", "||", "}", "^", "`",
        "一", "\ud7a3一", ".", "..", "...", "con", "V1", "v1", "v1.", "-", "_", "@", ":", "<", "0", "A", "a", "z",
    ];

    public static TheoryData<string, string> RegistryKeys
    {
        get
        {
            Assert.True(RepositoryName.TryParse("library/my-app.v2__x/a---b", out var name));
            Assert.True(Digest.TryParse("sha256:" + new string('a', 64), out var digest));
            Assert.True(Digest.TryParse("sha512:" + new string('0', 128), out var other));
            Assert.True(Tag.TryParse("V1.0-rc_2", out var tag));
            var longest = new string('r', 255);
            RecordKey[] keys =
            [
                RecordLayout.Repository(name), RecordLayout.Tag(name, tag), RecordLayout.Manifest(name, digest),
                RecordLayout.Manifest(name, other), RecordLayout.Referrer(name, other, digest), RecordLayout.Blob(digest),
                RecordLayout.BlobLink(other, name), new($"referrers/{longest}/{other}", other.ToString()),
                new("uploads", "0b7e6dc6-f1e8-4753-8033-0f276bb0955b"), new("probe", "00ff"),
            ];
            var data = new TheoryData<string, string>();
            foreach (var key in keys)
            {
                data.Add(key.Partition, key.Row);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(RegistryKeys))]
    public void What_the_registry_writes_stays_readable(string partition, string row)
    {
        Assert.Equal(row, TableKeys.OfRow(row));
        Assert.Equal(row, TableKeys.ToRow(row));
        Assert.Equal(partition.Replace('/', '|'), TableKeys.OfPartition(partition));
    }

    [Fact]
    public void Keys_are_in_the_order_of_the_rows_and_give_the_rows_back()
    {
        var rows = Rows().Order(StringComparer.Ordinal).ToList();
        Assert.InRange(rows.Count, 20_000, int.MaxValue);

        var keys = rows.ConvertAll(TableKeys.OfRow);
        Assert.Equal(rows, keys.Select(TableKeys.ToRow));
        for (var at = 1; at < keys.Count; at++)
        {
            Assert.True(string.CompareOrdinal(keys[at - 1], keys[at]) < 0, $"{keys[at - 1]} {keys[at]}");
        }
    }

    [Fact]
    public void Keys_are_in_one_order_as_utf_16_and_as_utf_8()
    {
        var keys = Rows().Select(TableKeys.OfRow).ToList();

        Assert.Equal(
            keys.Order(StringComparer.Ordinal), keys.OrderBy(Encoding.UTF8.GetBytes, ByBytes));
    }

    [Fact]
    public void No_key_has_what_the_service_forbids() =>
        Assert.All(Rows().Select(TableKeys.OfRow).Concat(Partitions().Select(TableKeys.OfPartition)), key =>
        {
            Assert.InRange(key.Length, 1, TableKeys.MaximumLength);
            Assert.DoesNotContain(key, character => "/\\#?%'\"& ".Contains(character, StringComparison.Ordinal));
            Assert.DoesNotContain(key, char.IsControl);
            Assert.DoesNotContain(key, char.IsSurrogate);
        });

    [Fact]
    public void Partitions_have_keys_of_their_own()
    {
        var partitions = Partitions().ToList();

        Assert.Equal(partitions.Count, partitions.Select(TableKeys.OfPartition).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void Partitions_come_back_from_their_keys_unless_those_have_a_hash()
    {
        var hashed = 0;
        foreach (var partition in Partitions())
        {
            var read = TableKeys.ToPartition(TableKeys.OfPartition(partition));
            if (read is null)
            {
                hashed++;
            }
            else
            {
                Assert.Equal(partition, read);
            }
        }

        Assert.InRange(hashed, 1, Hostile.Length * Hostile.Length);
    }

    [Fact]
    public void All_partitions_below_a_root_and_no_others_have_keys_between_its_bounds()
    {
        string[] roots = ["blobs", "a-", "~", "\\", "p~/#", new('\t', 64)];
        var segments = Partitions().Where((_, index) => index % 7 == 0).ToList();
        foreach (var root in roots)
        {
            var (before, behind) = TableKeys.Below(root);
            foreach (var segment in segments)
            {
                if (IsLegal(() => StorageKey.RequireRecord(new($"{root}/{segment}", "r"))))
                {
                    Assert.True(IsBetween($"{root}/{segment}"), segment);
                }

                Assert.Equal(StorageKey.IsBelow(root, segment), IsBetween(segment));
                if (IsLegal(() => StorageKey.RequireRecord(new(root + segment, "r"))))
                {
                    Assert.Equal(StorageKey.IsBelow(root, root + segment), IsBetween(root + segment));
                }
            }

            bool IsBetween(string partition) =>
                string.CompareOrdinal(TableKeys.OfPartition(partition), before) > 0
                && string.CompareOrdinal(TableKeys.OfPartition(partition), behind) < 0;
        }
    }

    [Theory]
    [InlineData("a|b")]
    [InlineData("a b")]
    [InlineData("!")]
    [InlineData("!z")]
    [InlineData("a!")]
    [InlineData("!_")]
    [InlineData("[2")]
    [InlineData("~~")]
    [InlineData("\ud7a3")]
    [InlineData("\ud7a3a")]
    public void A_key_that_no_row_has_is_none(string key) => Assert.Null(TableKeys.ToRow(key));

    private static readonly Comparer<byte[]> ByBytes =
        Comparer<byte[]>.Create((left, right) => left.AsSpan().SequenceCompareTo(right));

    /// <summary>Legal rows: each character, alone and beside others, hostile ones in all pairs, and the longest.</summary>
    private static HashSet<string> Rows()
    {
        var rows = new HashSet<string>(StringComparer.Ordinal);
        foreach (var text in Enumerable.Range(0, 0x10000).Where(code => code is < 0x300 or > 0xD700 || code % 97 == 0)
            .Select(code => ((char)code).ToString())
            .Concat(Hostile.SelectMany(left => Hostile.Select(right => left + right)))
            .Concat(Hostile)
            .Concat(Hostile.Select(text => string.Concat(Enumerable.Repeat(text, 255 / text.Length)))))
        {
            rows.Add(text);
            rows.Add("a" + text);
            rows.Add(text + "~");
        }

        rows.RemoveWhere(row => !IsLegal(() => StorageKey.RequireRecord(new("p", row))));
        return rows;
    }

    /// <summary>Legal partitions: rows, alone and together, and the longest.</summary>
    private static HashSet<string> Partitions()
    {
        var partitions = new HashSet<string>(Rows(), StringComparer.Ordinal);
        foreach (var left in Hostile)
        {
            foreach (var right in Hostile)
            {
                partitions.Add($"{left}/{right}");
                var text = string.Concat(Enumerable.Repeat(left, 255 / left.Length));
                partitions.Add($"{text}/{text}"[..Math.Min(510, (text.Length * 2) + 1)] + right);
            }
        }

        partitions.RemoveWhere(partition => !IsLegal(() => StorageKey.RequireRecord(new(partition, "r"))));
        return partitions;
    }

    private static bool IsLegal(Action require)
    {
        try
        {
            require();
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
