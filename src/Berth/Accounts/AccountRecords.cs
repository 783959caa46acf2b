using Berth.Content;
using Berth.Storage;
using Berth.Stores;

namespace Berth.Accounts;

/// <summary>All records about people, programs and what they may do.</summary>
internal sealed class AccountRecords(IRecordStore records)
{
    /// <summary>The name of the one record of <see cref="Setup"/>.</summary>
    public const string SetupName = "administrator";

    public NamedRecords<AccountRecord> Accounts { get; } = new(records, RecordLayout.Accounts);

    public NamedRecords<GroupRecord> Groups { get; } = new(records, RecordLayout.Groups);

    public NamedRecords<ProjectRecord> Projects { get; } = new(records, RecordLayout.Projects);

    /// <summary>Which projects somebody may see.</summary>
    public ProjectIndex Index { get; } = new(records);

    public NamedRecords<SetupRecord> Setup { get; } = new(records, RecordLayout.Setup);

    /// <summary>The robots of a project.</summary>
    public NamedRecords<RobotRecord> Robots(ProjectName project) =>
        new(records, RecordLayout.Robots(project));
}
