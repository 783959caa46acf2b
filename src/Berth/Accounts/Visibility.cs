using System.Text.Json.Serialization;

namespace Berth.Accounts;

/// <summary>Who sees a project without being a member.</summary>
[JsonConverter(typeof(NameConverter<Visibility>))]
internal enum Visibility
{
    /// <summary>Nobody.</summary>
    Private,

    /// <summary>Everybody, and may pull from it.</summary>
    Public,
}
