using System.Text.Json;
using System.Text.Json.Serialization;

namespace Berth.Accounts;

/// <summary>Writes an enumeration by its names, <c>ldap-user</c> for LdapUser, and reads nothing else: no numbers.</summary>
internal sealed class NameConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false)
    where T : struct, Enum;
