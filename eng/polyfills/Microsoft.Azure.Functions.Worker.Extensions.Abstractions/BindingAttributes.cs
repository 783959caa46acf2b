namespace Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

#pragma warning disable CA1012 // These constructors are public in the official package.

[AttributeUsage(AttributeTargets.Method)]
public abstract class BindingAttribute : Attribute
{
    public BindingAttribute()
    {
    }
}

[AttributeUsage(AttributeTargets.Parameter)]
public abstract class TriggerBindingAttribute : BindingAttribute
{
    public TriggerBindingAttribute()
    {
    }
}
