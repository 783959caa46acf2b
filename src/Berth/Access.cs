namespace Berth;

/// <summary>What a request needs to be allowed to do, declared by its route and known before its body is read.</summary>
internal enum Access
{
    /// <summary>Nothing: whether the registry is there and well.</summary>
    None,

    /// <summary>Reading from the repository.</summary>
    Pull,

    /// <summary>Writing to the repository.</summary>
    Push,

    /// <summary>Deleting from the repository.</summary>
    Delete,

    /// <summary>Seeing which repositories there are.</summary>
    Catalog,

    /// <summary>A login, where pushing needs one.</summary>
    Login,

    /// <summary>Management: nothing, but a credential that is shown has to be right.</summary>
    Anybody,

    /// <summary>Management: the login of a person.</summary>
    Person,

    /// <summary>Management: being the account that the path names, or an administrator of the registry.</summary>
    Oneself,

    /// <summary>Management: being an administrator of the registry.</summary>
    Administrator,

    /// <summary>Management: making an account.</summary>
    Register,

    /// <summary>Management: making a project.</summary>
    CreateProject,

    /// <summary>Management: knowing that there is the project.</summary>
    SeeProject,

    /// <summary>Management: being a member of the project, in whichever role.</summary>
    JoinedProject,

    /// <summary>Management: changing the project's settings and robots.</summary>
    MaintainProject,

    /// <summary>Management: changing who is a member of the project, or ending it.</summary>
    OwnProject,
}

/// <summary>Kinds of <see cref="Access"/>.</summary>
internal static class AccessKinds
{
    /// <summary>Whether it is a right of the management API, not one of a repository.</summary>
    public static bool IsManagement(this Access access) => access >= Access.Anybody;
}
