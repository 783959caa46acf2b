using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Berth.Tests.Polyfills;

/// <summary>
/// What code outside an assembly can use of its types, a line for each type, interface and member. The lines of an
/// assembly that imitates a part of another are among the lines of that other one.
/// </summary>
/// <remarks>Attributes, nullability of references and the order of declarations are left out.</remarks>
internal static class PublicSurface
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static |
        BindingFlags.DeclaredOnly;

    /// <summary>The lines of the types that an assembly exports.</summary>
    public static IEnumerable<string> Of(Assembly assembly) => assembly.GetExportedTypes().SelectMany(Of);

    /// <summary>The lines of one type; the first word of each is its name, but for the line that declares it.</summary>
    public static IEnumerable<string> Of(Type type) =>
    [
        Declaration(type),
        .. type.GetInterfaces().Where(contract => contract.IsVisible && !type.IsEnum)
            .Select(contract => $"{Name(type)} implements {Name(contract)}"),
        .. type.GetFields(Declared).Where(field => IsVisible(field.Attributes) && !field.IsSpecialName)
            .Select(field => $"{Name(type)} {Field(field)}"),
        .. type.GetConstructors(Declared).Where(constructor => IsVisible(constructor.Attributes))
            .Select(constructor => $"{Name(type)} {Access(constructor)}ctor({Parameters(constructor)})"),
        .. type.GetMethods(Declared).Where(method => IsVisible(method.Attributes))
            .Select(method => $"{Name(type)} {Method(method)}"),
    ];

    /// <summary>The name of the type that a line declares, or <see langword="null"/> where it declares none.</summary>
    public static string? DeclaredType(string line) =>
        line.StartsWith("type ", StringComparison.Ordinal) ? line.Split(' ')[1] : null;

    private static string Declaration(Type type)
    {
        var kind = type switch
        {
            { IsEnum: true } => "enum",
            { IsValueType: true } => "struct",
            { IsInterface: true } => "interface",
            { IsAbstract: true, IsSealed: true } => "static class",
            { IsAbstract: true } => "abstract class",
            { IsSealed: true } => "sealed class",
            _ => "class",
        };
        return type.BaseType is { } parent && parent != typeof(object) && !type.IsValueType
            ? $"type {Name(type)} {kind} : {Name(parent)}{Constraints(type.GetGenericArguments())}"
            : $"type {Name(type)} {kind}{Constraints(type.GetGenericArguments())}";
    }

    private static string Field(FieldInfo field)
    {
        var modifier = field switch
        {
            { IsLiteral: true } => "const ",
            { IsStatic: true, IsInitOnly: true } => "static readonly ",
            { IsStatic: true } => "static ",
            { IsInitOnly: true } => "readonly ",
            _ => "",
        };
        return $"{modifier}{field.Name} : {Name(field.FieldType)}"
            + (field.IsLiteral ? " = " + Constant(field.GetRawConstantValue()) : "");
    }

    private static string Method(MethodInfo method)
    {
        var modifier = method switch
        {
            { IsStatic: true } => "static ",
            { IsAbstract: true } => "abstract ",
            { IsVirtual: true, IsFinal: false } when method.GetBaseDefinition() != method => "override ",
            { IsVirtual: true, IsFinal: false } => "virtual ",
            _ => "",
        };
        var generic = method.IsGenericMethod ? $"<{Names(method.GetGenericArguments())}>" : "";
        var extended = method.IsDefined(typeof(ExtensionAttribute), inherit: false) ? "this " : "";
        var init = method.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? " init" : "";
        return $"{Access(method)}{modifier}{method.Name}{generic}({extended}{Parameters(method)})"
            + $" : {Name(method.ReturnType)}{init}{Constraints(method.GetGenericArguments())}";
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
    {
        var passing = parameter switch
        {
            { ParameterType.IsByRef: true, IsOut: true } => "out ",
            { ParameterType.IsByRef: true, IsIn: true } => "in ",
            { ParameterType.IsByRef: true } => "ref ",
            _ when parameter.IsDefined(typeof(ParamArrayAttribute), inherit: false) => "params ",
            _ => "",
        };
        return $"{passing}{Name(parameter.ParameterType)} {parameter.Name}"
            + (parameter.HasDefaultValue ? " = " + Constant(parameter.RawDefaultValue) : "");
    }));

    private static string Constraints(IEnumerable<Type> arguments) => string.Concat(arguments.Select(argument =>
    {
        if (!argument.IsGenericParameter)
        {
            return "";
        }
        var special = argument.GenericParameterAttributes;
        var isStruct = special.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint);
        var constraints = argument.GetGenericParameterConstraints()
            .Where(type => type != typeof(ValueType)).Select(Name).ToList();
        if (isStruct || special.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
        {
            constraints.Insert(0, isStruct ? "struct" : "class");
        }
        if (!isStruct && special.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint))
        {
            constraints.Add("new()");
        }
        return constraints.Count == 0 ? "" : $" where {argument.Name} : {string.Join(", ", constraints)}";
    }));

    private static bool IsVisible(FieldAttributes attributes) =>
        (attributes & FieldAttributes.FieldAccessMask)
            is FieldAttributes.Public or FieldAttributes.Family or FieldAttributes.FamORAssem;

    private static bool IsVisible(MethodAttributes attributes) =>
        (attributes & MethodAttributes.MemberAccessMask)
            is MethodAttributes.Public or MethodAttributes.Family or MethodAttributes.FamORAssem;

    private static string Access(MethodBase method) => method.IsPublic ? "" : "protected ";

    private static string Constant(object? value) => value switch
    {
        null => "default",
        string text => $"\"{text}\"",
        bool truth => truth ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Names(IEnumerable<Type> types) => string.Join(", ", types.Select(Name));

    private static string Name(Type type)
    {
        if (type.IsByRef)
        {
            return Name(type.GetElementType()!);
        }
        if (type.IsArray)
        {
            return Name(type.GetElementType()!) + "[]";
        }
        if (type.IsGenericParameter)
        {
            return type.Name;
        }
        if (!type.IsGenericType)
        {
            return type.FullName!;
        }
        var definition = type.GetGenericTypeDefinition().FullName!;
        return type.IsGenericTypeDefinition ? definition : $"{definition}<{Names(type.GetGenericArguments())}>";
    }
}
